"""The consumer of a queue: its mapping, permissions and alarms, and what fails before a deploy."""

from __future__ import annotations

import functools
import itertools
import json
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_serverless import (
    PythonFunction,
    PythonFunctionArgs,
    Queue,
    QueueArgs,
    QueueConsumer,
    QueueConsumerArgs,
    QueueThresholds,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ROLE_POLICY
from tests.components.a_function import FOUNDATION, HANDLER, NO_DEPENDENCIES, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"


def deployed(
    *,
    timeout_seconds: int = 10,
    reserved_concurrency: int | None = None,
    queue: dict[str, Any] | None = None,
    consumers: tuple[str, ...] = ("rows",),
    **settings: Any,
) -> Graph:
    def program() -> None:
        rows = Queue("rows", QueueArgs(foundation=FOUNDATION, **(queue or {})))
        function = PythonFunction(
            "import-row",
            PythonFunctionArgs(
                foundation=FOUNDATION,
                handler=HANDLER,
                code=NO_DEPENDENCIES,
                timeout_seconds=timeout_seconds,
                reserved_concurrency=reserved_concurrency,
            ),
        )
        args = QueueConsumerArgs(foundation=FOUNDATION, queue=rows, function=function, **settings)
        for each in consumers:
            QueueConsumer(each, args)

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_only_failed_messages_come_back_and_as_few_at_once_as_wanted() -> None:
    mapping = deployed(max_concurrency=2).only(MAPPING)

    assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 2}
    assert (mapping.inputs["eventSourceArn"], mapping.inputs["functionName"]) == (
        "arn:rows",
        "arn:import-row",
    )
    assert mapping.inputs["batchSize"] == 10


def test_the_function_may_consume_its_queue_and_nothing_else() -> None:
    policy = usual().named("import-row-may-consume-rows", ROLE_POLICY).inputs["policy"]

    [statement] = json.loads(policy)["Statement"]
    assert statement["Resource"] == ["arn:rows"]
    assert set(statement["Action"]) == {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ChangeMessageVisibility",
    }


def test_the_mapping_is_made_once_the_function_may_receive() -> None:
    """Lambda refuses it otherwise."""
    before = {urn.rpartition("::")[2] for urn in usual().only(MAPPING).dependencies}

    assert "import-row-may-consume-rows" in before


def test_a_filter_is_a_pattern_for_the_body() -> None:
    mapping = deployed(filter={"type": ["order.placed"], "data": {"total": [{"exists": True}]}})

    [pattern] = mapping.only(MAPPING).inputs["filterCriteria"]["filters"]
    assert json.loads(pattern["pattern"]) == {
        "body": {"type": ["order.placed"], "data": {"total": [{"exists": True}]}}
    }


@pytest.mark.parametrize(
    "matches",
    [
        ["", "x", 7, 1.5, True, None],
        [{"prefix": "a"}, {"suffix": "a"}, {"equals-ignore-case": "A"}, {"exists": False}],
        [{"anything-but": ["a", "b"]}, {"anything-but": [1]}],
        [{"numeric": ["=", 1]}, {"numeric": [">", 1, "<=", 2]}],
    ],
)
def test_a_filter_has_any_condition_that_lambda_knows(matches: list[Any]) -> None:
    wanted = {"$or": [{"a": matches}, {"b": {"c": matches}}]}

    [pattern] = deployed(filter=wanted).only(MAPPING).inputs["filterCriteria"]["filters"]
    assert json.loads(pattern["pattern"]) == {"body": wanted}


def test_every_alarm_watches_this_queue_or_its_consumer() -> None:
    alarms = {each.name: each.inputs for each in usual().of_type(ALARM)}

    assert set(alarms) == {
        "rows-backlog-age",
        "rows-consumer-failing",
        "rows-last-attempt-failed",
        "rows-dead-letter-depth",
        "rows-dead-letter-age",
    }
    queue, dead = {"QueueName": "rows-1a2b3c4"}, {"QueueName": "rows-dead-letters-1a2b3c4"}
    assert alarms["rows-backlog-age"]["dimensions"] == queue
    assert alarms["rows-last-attempt-failed"]["dimensions"] == queue
    assert alarms["rows-last-attempt-failed"]["namespace"] == "QueueConsumer"
    assert alarms["rows-dead-letter-age"]["dimensions"] == dead
    watched = [
        each["metric"]["dimensions"]
        for each in alarms["rows-consumer-failing"]["metricQueries"]
        if "metric" in each
    ]
    assert watched == [queue, {"FunctionName": "import-row-1a2b3c4"}]


def test_tools_find_the_dead_letters_and_where_they_return_to() -> None:
    found: list[Any] = []

    def program() -> None:
        queue = Queue("rows", QueueArgs(foundation=FOUNDATION))
        function = PythonFunction(
            "import-row",
            PythonFunctionArgs(foundation=FOUNDATION, handler=HANDLER, code=NO_DEPENDENCIES),
        )
        args = QueueConsumerArgs(foundation=FOUNDATION, queue=queue, function=function)
        found.append(QueueConsumer("rows", args).operations()["deadLetters"])

    record(program)
    assert set(found[0]) == {"rows"}
    assert found[0]["rows"]["kind"] == "message"


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_message_stays_hidden_for_six_timeouts_and_the_window(lacking: int) -> None:
    def program() -> None:
        for timeout, window in itertools.product((1, 10, 900), (0, 300)):
            needed, name = 6 * timeout + window, f"{timeout}-{window}"
            rows = Queue(
                f"rows-{name}",
                QueueArgs(foundation=FOUNDATION, visibility_timeout_seconds=needed - lacking),
            )
            expected = pytest.raises(
                ValueError, match=rf"of the queue rows-{name} .* {needed}, got {needed - lacking}$"
            )
            with expected if lacking else nullcontext():
                QueueConsumerArgs(
                    foundation=FOUNDATION,
                    queue=rows,
                    function=a_function(name, timeout_seconds=timeout),
                    batch_window_seconds=window,
                )

    record(program)


@pytest.mark.parametrize("limit", [0, 1, 1_001])
def test_lambda_limits_concurrency_to_2_to_1000(limit: int) -> None:
    message = f"max_concurrency must be between 2 and 1000, got {limit}"
    with pytest.raises(ValueError, match=message):
        deployed(max_concurrency=limit)


def test_a_reservation_below_the_limit_fails_because_throttling_uses_up_receives() -> None:
    message = r"reserved_concurrency of import-row .* must be at least 5, got 4"
    with pytest.raises(ValueError, match=message):
        deployed(max_concurrency=5, reserved_concurrency=4)

    deployed(max_concurrency=5, reserved_concurrency=5)


def test_a_function_with_a_reservation_starts_no_unlimited_number_of_runs() -> None:
    message = "max_concurrency of rows must be set .* reserved_concurrency is 5, got None"
    with pytest.raises(ValueError, match=message):
        deployed(reserved_concurrency=5)


@given(limits=st.lists(st.integers(2, 20), min_size=1, max_size=4), reserved=st.integers(1, 60))
@settings(max_examples=25)
def test_all_consumers_of_a_function_fit_into_its_reservation(
    limits: list[int], reserved: int
) -> None:
    def program() -> None:
        function = import_row(reserved)
        for number, limit in enumerate(limits):
            function.reserve_runs(f"rows-{number}", limit)

    if sum(limits) <= reserved:
        record(program)
        return
    with pytest.raises(ValueError, match=rf"max_concurrency of rows-0.* got {reserved}$"):
        record(program)


def import_row(reserved: int) -> PythonFunction:
    args = PythonFunctionArgs(
        foundation=FOUNDATION, handler=HANDLER, code=NO_DEPENDENCIES, reserved_concurrency=reserved
    )
    return PythonFunction("import-row", args)


@pytest.mark.parametrize("reserved", [5, 4])
def test_each_consumer_of_a_function_counts(reserved: int) -> None:
    def program() -> None:
        function = import_row(reserved)
        for name, limit in (("rows", 2), ("more", 3)):
            queue = Queue(name, QueueArgs(foundation=FOUNDATION))
            wanted = QueueConsumerArgs(
                foundation=FOUNDATION, queue=queue, function=function, max_concurrency=limit
            )
            QueueConsumer(name, wanted)

    refusal = (
        r"of import-row \(max_concurrency of rows and more, or more\) must be at least 5, got 4"
    )
    with nullcontext() if reserved == 5 else pytest.raises(ValueError, match=refusal):
        record(program)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 0}, "batch_size must be between 1 and 10000, got 0"),
        (
            {"batch_size": 11},
            "batch_window_seconds for a batch_size over 10 must be at least 1, got 0",
        ),
        ({"batch_window_seconds": 301}, "batch_window_seconds must be between 0 and 300, got 301"),
        ({"filter": {}}, r"filter must name at least one key, got {}"),
        ({"filter": {"a": "b"}}, r"filter\.a must be an object, or a list .* got 'b'"),
        ({"filter": {"a": {"b": []}}}, r"filter\.a\.b must list what matches, got \[\]"),
        ({"filter": {"a": ["x" * 5_000]}}, "filter must be at most 4096 characters as JSON"),
        ({"filter": {"a": [{"prefx": "x"}]}}, r"a condition of filter\.a must be a text, a number"),
        ({"filter": {"a": [["x"]]}}, r"a condition of filter\.a must be a text, a number, or one"),
        ({"filter": {"a": [{1, 2}]}}, r"a condition of filter\.a must be a text, a number, or one"),
        ({"filter": {"a": [float("nan")]}}, r"a number of filter\.a must be a finite number"),
        ({"filter": {"a": [{"numeric": ["x"]}]}}, r"numeric of filter\.a must be one comparison"),
        ({"filter": {"a": ["\ud800"]}}, r"a text of filter\.a must be Unicode"),
        ({"filter": {"$or": [{"a": "b"}]}}, r"filter\.\$or\[0\]\.a must be an object, or a list"),
    ],
)
def test_a_mapping_that_lambda_would_refuse_fails_before_deploy(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        deployed(queue={"visibility_timeout_seconds": 600}, **settings)


def test_a_fifo_queue_is_consumed_one_by_one() -> None:
    assert deployed(queue={"fifo": True}).only(MAPPING).inputs["batchSize"] == 1

    with pytest.raises(ValueError, match=r"batch_size of the FIFO queue rows .* 1, got 2"):
        deployed(queue={"fifo": True}, batch_size=2)
    with pytest.raises(ValueError, match=r"batch_window_seconds of a FIFO queue .* 0, got 1"):
        deployed(queue={"fifo": True, "visibility_timeout_seconds": 600}, batch_window_seconds=1)


def test_a_second_consumer_fails_because_it_would_take_messages_away() -> None:
    message = "queue rows can have one consumer, has 'rows', got 'more'"
    with pytest.raises(ValueError, match=message):
        deployed(consumers=("rows", "more"))


@pytest.mark.parametrize("threshold", ["backlog_age_seconds", "failed_attempts", "dead_letters"])
def test_thresholds_have_limits(threshold: str) -> None:
    settings: Any = {threshold: 0}
    with pytest.raises(ValueError, match=f"{threshold} must be between .*, got 0"):
        QueueThresholds(**settings)

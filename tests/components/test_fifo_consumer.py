"""Work in order within groups: what the component declares."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from pulumi_serverless import FunctionCode, PythonFunctionArgs
from pulumi_serverless.fifo_consumer import FifoConsumer, FifoConsumerArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.fifo_consumer.settings import read_fifo_settings
from tests.components.a_function import FOUNDATION, HANDLER, NO_DEPENDENCIES

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
TABLE = "aws:dynamodb/table:Table"


def deployed(
    *, timeout_seconds: int = 10, code: FunctionCode = NO_DEPENDENCIES, **settings: Any
) -> Graph:
    worker = PythonFunctionArgs(
        foundation=FOUNDATION,
        handler=HANDLER,
        code=code,
        timeout_seconds=timeout_seconds,
        environment={"ACCOUNTS": "accounts"},
    )
    args = FifoConsumerArgs(foundation=FOUNDATION, worker=worker, **settings)
    return record(lambda: FifoConsumer("bookings", args))


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def statements(graph: Graph, policy: str) -> list[dict[str, Any]]:
    document = json.loads(graph.named(policy, ROLE_POLICY).inputs["policy"])
    return list(document["Statement"])


def test_messages_come_one_by_one_and_groups_side_by_side() -> None:
    graph = deployed(max_concurrency=8)

    assert graph.only(MAPPING).inputs["batchSize"] == 1
    assert graph.only(MAPPING).inputs["scalingConfig"] == {"maximumConcurrency": 8}
    for queue in graph.of_type(QUEUE):
        assert queue.inputs["fifoQueue"] is True
        assert queue.inputs["fifoThroughputLimit"] == "perMessageGroupId"
        assert queue.inputs["deduplicationScope"] == "messageGroup"


def test_the_worker_parks_before_sqs_moves_a_message_away_alone() -> None:
    graph = deployed(max_attempts=4)

    redrive = json.loads(graph.named("bookings", QUEUE).inputs["redrivePolicy"])
    variables = graph.only(FUNCTION).inputs["environment"]["variables"]
    settings = read_fifo_settings(variables)
    assert settings is not None
    assert int(settings.max_attempts) == 4 < redrive["maxReceiveCount"]
    assert settings.dead_letter_queue_url == "https://sqs/bookings-dead-letters"
    assert settings.table_name == "bookings-parked-groups-1a2b3c4"
    assert variables["ACCOUNTS"] == "accounts"


@pytest.mark.parametrize(
    ("timeout_seconds", "retention_days", "max_attempts", "receives"),
    [(20, 4, 3, 1_000), (900, 4, 3, 32), (900, 1, 16, 17), (1, 1, 100, 1_000)],
)
def test_sqs_moves_a_message_away_alone_as_late_as_it_can_before_it_is_deleted(
    timeout_seconds: int, retention_days: int, max_attempts: int, receives: int
) -> None:
    """Nobody parks a group while the worker cannot start: a broken deployment takes an hour."""
    graph = deployed(
        timeout_seconds=timeout_seconds, retention_days=retention_days, max_attempts=max_attempts
    )

    redrive = json.loads(graph.named("bookings", QUEUE).inputs["redrivePolicy"])
    assert redrive["maxReceiveCount"] == receives


def test_what_is_known_of_a_parked_group_does_not_expire() -> None:
    assert "ttl" not in usual().only(TABLE).inputs


def test_the_worker_may_park_and_consume_and_nothing_else() -> None:
    graph = usual()

    [park] = statements(graph, "bookings-worker-may-park-groups-of-bookings")
    assert park["Action"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    assert park["Resource"] == ["arn:bookings-parked-groups"]
    [send] = statements(graph, "bookings-worker-may-send-to-bookings-dead-letters")
    assert send["Resource"] == ["arn:bookings-dead-letters"]
    policies = {each.name for each in graph.of_type(ROLE_POLICY)}
    assert policies == {
        f"bookings-worker-may-{purpose}"
        for purpose in (
            *("write-log", "trace", "consume-bookings"),
            *("park-groups-of-bookings", "send-to-bookings-dead-letters"),
        )
    }


def test_a_group_that_skips_needs_no_table_and_no_permission_for_one() -> None:
    graph = deployed(on_poison="skip", max_attempts=3)

    assert list(graph.of_type(TABLE)) == []
    redrive = json.loads(graph.named("bookings", QUEUE).inputs["redrivePolicy"])
    assert redrive["maxReceiveCount"] == 3
    assert read_fifo_settings(graph.only(FUNCTION).inputs["environment"]["variables"]) is None
    assert not any("group-parked" in alarm.name for alarm in graph.of_type(ALARM))


def test_a_parked_group_has_an_alarm() -> None:
    alarm = usual().named("bookings-group-parked", ALARM)

    assert (alarm.inputs["namespace"], alarm.inputs["metricName"]) == ("FifoConsumer", "Parked")
    assert alarm.inputs["dimensions"] == {"QueueName": "bookings-1a2b3c4"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"on_poison": "drop"}, "on_poison must be one of park, skip, got 'drop'"),
        ({"max_attempts": 0}, "max_attempts must be between 1 and 100, got 0"),
        ({"max_attempts": 101}, "max_attempts must be between 1 and 100, got 101"),
        (
            {"max_attempts": 100, "timeout_seconds": 900},
            r"max_attempts times the 5400 s of a killed attempt .* 345600, got 540000",
        ),
        (
            {"code": FunctionCode(packages=["serverless_runtime.shared"])},
            r"packages of worker\.code must contain serverless_runtime\.fifo_consumer, .*, "
            r"got none of serverless_runtime\.fifo_consumer, serverless_runtime\.queue_consumer: ",
        ),
        ({"max_concurrency": 1}, "max_concurrency must be between 2 and 1000, got 1"),
    ],
)
def test_what_could_not_work_fails_before_deploy(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        deployed(**settings)

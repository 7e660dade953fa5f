"""A limit that is checked by hand is accepted itself, and what is just beyond it is refused.

Those that annotations carry are tested for all classes at once: test_documented_limits.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_serverless import (
    AlarmArgs,
    ApiAccess,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    EventFilter,
    Forward,
    LambdaAuth,
    Metric,
    NoAuth,
    Queue,
    QueueArgs,
    QueueConsumerArgs,
    ScheduleArgs,
    SendToQueue,
)
from pulumi_serverless.blocks.argument_checks import got, require_one_of
from pulumi_serverless.blocks.event_pattern import require_pattern
from pulumi_serverless.blocks.routes import slug
from pulumi_serverless.testing import record
from tests.components.a_function import FOUNDATION, made_function
from tests.components.limits import Limit, Make, cases

ERRORS = Metric(namespace="Shop", name="Errors", dimensions={}, statistic="Sum")
OLD = "https://old.example.com"


def a_consumer(size: int, window: int = 0) -> None:
    queue = Queue("work", QueueArgs(foundation=FOUNDATION))
    QueueConsumerArgs(
        foundation=FOUNDATION,
        queue=queue,
        function=made_function(timeout_seconds=1),
        batch_size=size,
        batch_window_seconds=window,
    )


def an_origin(text: str) -> None:
    ApiAccess(auth=NoAuth(), cors_origins=[text])


def an_attribute(length: int) -> None:
    queue = Queue("work", QueueArgs(foundation=FOUNDATION))
    SendToQueue(queue=queue, attributes={"a" * length: "x"})


def decided_by(timeout: int) -> None:
    LambdaAuth(function=made_function(timeout_seconds=timeout))


def numbers(*values: float) -> None:
    EventFilter(data={"a": list(values)})


def a_schedule(place: int, text: Any) -> None:
    day, weekday = ("?", "1") if place == 4 else ("1", "?")
    fields = ["0", "0", day, "*", weekday, "*"]
    fields[place] = str(text)
    expression = f"cron({' '.join(fields)})"
    ScheduleArgs(function=made_function(), expression=expression, description="d")


def spaced(size: int) -> None:
    require_pattern("filter", {"a": ["x" * (size - len(json.dumps({"a": [""]})))]})


def an_alarm(**settings: Any) -> AlarmArgs:
    given: dict[str, Any] = {"id": "late", "description": "x", "metric": ERRORS, **settings}
    return AlarmArgs(foundation=FOUNDATION, **given)


LIMITS: list[Limit] = [
    (
        lambda n: Forward(url=OLD, timeout_seconds=n),
        [0.05, 30],
        [0.049, 30.001],
        "timeout_seconds must be between 0.05 and 30, got",
    ),
    (decided_by, [10], [11], "the timeout of f must be at most 10 s, got 11"),
    (a_consumer, [1, 10], [11], "batch_window_seconds for a batch_size over 10 must be at least 1"),
    (lambda n: a_consumer(11, n), [1], [0], "for a batch_size over 10 must be at least 1, got 0"),
    (
        an_origin,
        [
            *("https://a.example.com:65535", "https://a.example.com:80", "http://localhost:443"),
            *("http://127.0.0.1", "https://a.example.com:444", "https://a.example.com:1"),
        ],
        [
            *("https://a.example.com:65536", "https://a.example.com:443", "http://localhost:80"),
            *("http://a.example.com", "https://a_b.example.com", "https://a.example.com:0"),
        ],
        r"cors_origins\[0\] must be an origin as browsers send it",
    ),
    (
        # 80 with what Pulumi appends, and the suffix of FIFO queues.
        lambda n: DeadLetterQueue("q" * n, DeadLetterQueueArgs(foundation=FOUNDATION, fifo=True)),
        [66, 67],
        [68],
        r"the name of the queue must be 1 to 67 characters \(80 with what Pulumi appends\)",
    ),
    (an_attribute, [1, 256], [257], "an attribute's name must be 1 to 256 letters"),
    (spaced, [4_096], [4_097], "filter must be at most 4096 characters as JSON, got 4097"),
    (
        lambda n: EventFilter(attributes={"a": ["x" * (n - len('{"a": [""]}'))]}),
        [256_000],
        [256_001],
        "a filter must be at most 256000 bytes as JSON, got 256001",
    ),
    (
        lambda n: EventFilter(attributes={f"a{each}": ["x"] for each in range(n)}),
        [1, 5],
        [6],
        "a filter must have at most 5 keys, got 6",
    ),
    (
        lambda n: EventFilter(
            attributes={f"a{each}": ["x"] for each in range(n)}, types=["t"], data={"b": [1]}
        ),
        [0, 3],
        [4],
        "a filter must have at most 5 keys, got 6",
    ),
    (
        lambda n: EventFilter(attributes={"a": [str(each) for each in range(n)]}),
        [150],
        [151],
        "at most 150 combinations of its values, those of data counted twice, got 151",
    ),
    (
        lambda n: EventFilter(data={"a": [*range(n)], "b": [1]}),
        [37],
        [38],
        "at most 150 combinations of its values, those of data counted twice, got 152",
    ),
    (
        numbers,
        [10**9, -(10**9), 0.00001, 1.5],
        [10**9 + 1, -(10**9) - 1, 0.000001],
        "a number of data.a must be from -1000000000 to 1000000000, with at most 5 digits",
    ),
    (lambda n: a_schedule(0, n), [0, 59, "0/60"], [60, "5-60"], "the minutes cannot be "),
    (lambda n: a_schedule(1, n), [0, 23], [24], "the hours cannot be 24"),
    (lambda n: a_schedule(2, n), [1, 31], [0, 32], "the day of the month cannot be "),
    (lambda n: a_schedule(3, n), [1, 12, "DEC"], [0, 13], "the month cannot be "),
    (lambda n: a_schedule(4, n), [1, 7, "SAT", "2#5"], [0, 8], "the day of the week cannot be "),
    (lambda n: a_schedule(5, n), [1970, 2199], [1969, 2200], "the year cannot be "),
    (
        lambda n: an_alarm(description="x" * (n + 1 - len(an_alarm().full_description))),
        [1_024],
        [1_025],
        ", must be at most 1024, got 1025",
    ),
    (
        lambda n: an_alarm(evaluation_periods=3, datapoints_to_alarm=n),
        [1, 3],
        [0, 4],
        "datapoints_to_alarm must be at ",
    ),
    (
        lambda n: an_alarm(period_seconds=n),
        [10, 20, 30, 60, 120, 86_400],
        [9, 11, 40, 59, 61, 86_401],
        "period_seconds must be ",
    ),
    (
        lambda n: Queue(
            "q", QueueArgs(foundation=FOUNDATION, retention_days=5, dead_letter_retention_days=n)
        ),
        [6, 14],
        [5, 4],
        r"dead_letter_retention_days \(more than retention_days\) must be at least 6, got",
    ),
    (lambda n: require_one_of("it", n, (1, 2)), [1, 2], [0, 3, 1.0, True], "it must be one of 1, "),
]


@pytest.mark.parametrize(("make", "value", "text"), cases(LIMITS, accepted=True))
def test_what_is_at_its_limit_is_accepted(make: Make, value: Any, text: str) -> None:
    record(lambda: make(value))


@pytest.mark.parametrize(("make", "value", "text"), cases(LIMITS, accepted=False))
def test_what_is_beyond_its_limit_is_refused(make: Make, value: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        record(lambda: make(value))


@pytest.mark.parametrize(("length", "shown"), [(78, "x" * 78 + "'"), (79, "x" * 79 + "…")])
def test_a_value_is_shown_up_to_80_characters(length: int, shown: str) -> None:
    assert got("x" * length) == f"'{shown}"


def test_a_route_is_named_as_it_is_up_to_50_characters() -> None:
    assert slug("GET /" + "a" * 46) == "GET-" + "a" * 46
    longer = slug("GET /" + "a" * 47)
    assert longer[:-6] == "GET-" + "a" * 46 + "-"
    assert len(longer) == 57

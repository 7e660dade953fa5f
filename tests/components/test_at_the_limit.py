"""A limit that is checked by hand is accepted itself, and what is just beyond it is refused.

Those that annotations carry are tested for all classes at once: test_documented_limits.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_serverless import (
    AlarmArgs,
    ApiAccess,
    AsyncHandoffArgs,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    EventFilter,
    EventType,
    Forward,
    HandoffThresholds,
    IamAuth,
    LambdaAuth,
    Metric,
    NoAuth,
    Once,
    OnceArgs,
    PythonFunctionArgs,
    Queue,
    QueueArgs,
    QueueConsumer,
    QueueConsumerArgs,
    ScheduleArgs,
    SendToQueue,
    SubscriberArgs,
)
from pulumi_serverless.aggregator import AggregatorArgs, Branch
from pulumi_serverless.blocks.argument_checks import got, require_one_of
from pulumi_serverless.blocks.event_pattern import require_pattern
from pulumi_serverless.blocks.routes import slug
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.fifo_consumer import FifoConsumerArgs
from pulumi_serverless.gatekeeper import GatekeeperArgs
from pulumi_serverless.gatekeeper.args import rights_as_json
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.notifier import Notifier, NotifierArgs
from pulumi_serverless.strangler import MovingRoute, StranglerFacadeArgs
from pulumi_serverless.testing import record
from serverless_runtime.strangler.settings.stages import write_stages
from tests.components.a_function import FOUNDATION, HANDLER, NO_DEPENDENCIES, a_function

ERRORS = Metric(namespace="Shop", name="Errors", dimensions={}, statistic="Sum")
OLD = "https://old.example.com"


def a_breaker(timeout: int, **settings: Any) -> None:
    breaker = CircuitBreaker(
        "services", CircuitBreakerArgs(foundation=FOUNDATION, circuits=["prices"], **settings)
    )
    function = a_function("f", timeout_seconds=timeout, environment=breaker.environment)
    breaker.allow(function, ["prices"])


def a_facade(seconds: float, *, shadow: float = 0, key: str = "GET /a") -> None:
    StranglerFacadeArgs(
        foundation=FOUNDATION,
        legacy=Forward(url=OLD, timeout_seconds=seconds),
        access=ApiAccess(auth=IamAuth()),
        routes={key: MovingRoute(new=a_function("f"))},
        shadow_seconds=shadow,
    )


def stages_of(size: int) -> None:
    key = "GET /" + "a" * (size - len(write_stages({"GET /": "shadow"})))
    assert len(write_stages({key: "shadow"})) == size
    a_facade(5, key=key)


def a_service(budget: float, *, timeout: int = 30) -> InternalApi:
    return InternalApi(
        "prices",
        InternalApiArgs(
            foundation=FOUNDATION,
            function=a_function("ask", timeout_seconds=timeout),
            operations={"quote": "safe"},
            budget_seconds=budget,
        ),
    )


def a_branch(seconds: float) -> None:
    AggregatorArgs(
        foundation=FOUNDATION,
        handler=HANDLER,
        code=NO_DEPENDENCIES,
        branches={"a": Branch(service=a_service(2), operation="quote", seconds=seconds)},
        deadline_seconds=3,
    )


def rights_of(size: int) -> None:
    key = "GET /" + "a" * (size - len(rights_as_json({"GET /": ["read"]})))
    GatekeeperArgs(foundation=FOUNDATION, rights={key: ["read"]})


def a_consumer(size: int, window: int = 0) -> None:
    queue = Queue("work", QueueArgs(foundation=FOUNDATION))
    function = a_function("f", timeout_seconds=1)
    args = QueueConsumerArgs(
        foundation=FOUNDATION,
        queue=queue,
        function=function,
        batch_size=size,
        batch_window_seconds=window,
    )
    QueueConsumer("work", args)


def leases_of(timeout: int) -> None:
    once = Once("leases", OnceArgs(foundation=FOUNDATION, lease_seconds=60))
    once.allow(a_function("f", timeout_seconds=timeout, environment=once.environment))


def an_origin(text: str) -> None:
    ApiAccess(auth=NoAuth(), cors_origins=[text])


def an_attribute(length: int) -> None:
    queue = Queue("work", QueueArgs(foundation=FOUNDATION))
    SendToQueue(queue=queue, attributes={"a" * length: "x"})


def decided_by(timeout: int) -> None:
    LambdaAuth(function=a_function("f", timeout_seconds=timeout))


def numbers(*values: float) -> None:
    EventFilter(data={"a": list(values)})


def a_schedule(place: int, text: Any) -> None:
    day, weekday = ("?", "1") if place == 4 else ("1", "?")
    fields = ["0", "0", day, "*", weekday, "*"]
    fields[place] = str(text)
    expression = f"cron({' '.join(fields)})"
    ScheduleArgs(function=a_function("f"), expression=expression, description="d")


def spaced(size: int) -> None:
    require_pattern("filter", {"a": ["x" * (size - len(json.dumps({"a": [""]})))]})


def an_alarm(**settings: Any) -> AlarmArgs:
    given: dict[str, Any] = {"id": "late", "description": "x", "metric": ERRORS, **settings}
    return AlarmArgs(foundation=FOUNDATION, **given)


def a_handoff(event_age: int, **settings: Any) -> None:
    thresholds = HandoffThresholds(event_age_seconds=event_age)
    AsyncHandoffArgs(
        foundation=FOUNDATION, target=a_function("f"), thresholds=thresholds, **settings
    )


def a_fifo(timeout: int, **settings: Any) -> None:
    worker = PythonFunctionArgs(
        foundation=FOUNDATION, handler=HANDLER, code=NO_DEPENDENCIES, timeout_seconds=timeout
    )
    FifoConsumerArgs(foundation=FOUNDATION, worker=worker, **settings)


Make = Callable[[Any], Any]
LIMITS: list[tuple[Make, list[Any], list[Any], str]] = [
    (
        lambda n: Forward(url=OLD, timeout_seconds=n),
        [0.05, 30],
        [0.049, 30.001],
        "timeout_seconds must be between 0.05 and 30, got",
    ),
    (
        lambda n: a_facade(5, shadow=n),
        [0, 5],
        [-0.001, 5.001],
        "shadow_seconds must be between 0 and 5, got",
    ),
    (a_facade, [28], [28.01], "must be at most 28 in sum, got 28.01: API"),
    (stages_of, [4_096], [4_097], "a parameter of 4096 characters, got 4097"),
    (
        lambda n: MovingRoute(new=a_function("f", timeout_seconds=n)),
        [28],
        [29],
        "the timeout of f must be at most 28 s for a moving route, got 29",
    ),
    (
        lambda n: a_breaker(10, slow_call_seconds=n),
        [0.001, 9.99],
        [10, 10.5],
        "slow_call_seconds of services must be less than the timeout of f, 10 s, got 10",
    ),
    (
        lambda n: a_breaker(10, slow_call_seconds=n),
        [0.5, 1],
        [0, -1],
        "slow_call_seconds must be more than 0, got",
    ),
    (
        lambda n: a_breaker(n, probe_seconds=11),
        [10],
        [11, 12],
        "probe_seconds of services must be more than the timeout of f, 1",
    ),
    (
        lambda n: a_breaker(5, first_cool_down_seconds=n, longest_cool_down_seconds=30),
        [1, 30],
        [0, 31],
        "first_cool_down_seconds must be ",
    ),
    (leases_of, [59], [60, 61], "lease_seconds of leases must be more than the timeout of f, 6"),
    (decided_by, [10], [11], "the timeout of f must be at most 10 s, got 11"),
    (a_service, [0.1, 28], [0.09, 28.1], "budget_seconds must be between 0.1 and 28, got"),
    (
        lambda n: a_service(n, timeout=5),
        [4.9, 5],
        [5.1],
        "budget_seconds must be at most the timeout of ask, 5 s, got 5.1",
    ),
    (
        lambda n: a_service(3).allow_caller(a_function("f", timeout_seconds=n)),
        [4, 5],
        [3],
        "the timeout of f must be at least 4 s, which is budget_seconds of prices and 1 s more",
    ),
    (a_branch, [0.001, 3], [0, 3.001], "seconds of the branch a must be more than 0 and at most"),
    (rights_of, [3_500], [3_501], "rights must be at most 3500 bytes as JSON"),
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
        "the length of description must be at most 1024, got 1025",
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
        lambda n: a_handoff(n, max_event_age_seconds=600),
        [599, 1],
        [600, 601],
        r"event_age_seconds \(below max_event_age_seconds\) must be at most 599, got 60",
    ),
    (
        lambda n: a_fifo(timeout=900, max_attempts=n, retention_days=1),
        [16],
        [17],
        r"max_attempts times the 5400 s of a killed attempt .* must be at most 86400, got 91800",
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


def cases(kind: int) -> list[Any]:
    return [
        pytest.param(limit[0], value, limit[3], id=f"{number}-{str(value)[:20]}")
        for number, limit in enumerate(LIMITS)
        for value in limit[kind]
    ]


@pytest.mark.parametrize(("make", "value", "text"), cases(1))
def test_what_is_at_its_limit_is_accepted(make: Make, value: Any, text: str) -> None:
    record(lambda: make(value))


@pytest.mark.parametrize(("make", "value", "text"), cases(2))
def test_what_is_beyond_its_limit_is_refused(make: Make, value: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        record(lambda: make(value))


def test_a_topic_has_at_most_200_subscribers() -> None:
    def program() -> None:
        args = NotifierArgs(foundation=FOUNDATION, events=[EventType(name="issued")])
        notifier = Notifier("invoices", args)
        # As if there were so many: each has a queue, a mapping and seven alarms.
        notifier.subscriptions.update(dict.fromkeys(map(str, range(199))))  # type: ignore[arg-type]
        notifier.subscribe("last", SubscriberArgs(function=a_function("f")))
        notifier.subscribe("more", SubscriberArgs(function=a_function("g")))

    with pytest.raises(ValueError, match="at most 200 subscribers, got more"):
        record(program)


@pytest.mark.parametrize(("length", "shown"), [(78, "x" * 78 + "'"), (79, "x" * 79 + "…")])
def test_a_value_is_shown_up_to_80_characters(length: int, shown: str) -> None:
    assert got("x" * length) == f"'{shown}"


def test_a_route_is_named_as_it_is_up_to_50_characters() -> None:
    assert slug("GET /" + "a" * 46) == "GET-" + "a" * 46
    longer = slug("GET /" + "a" * 47)
    assert longer[:-6] == "GET-" + "a" * 46 + "-"
    assert len(longer) == 57

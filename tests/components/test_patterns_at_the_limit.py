"""Limits that the patterns check by hand, on both sides: see test_at_the_limit.py."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_serverless import (
    ApiAccess,
    AsyncHandoffArgs,
    EventType,
    Forward,
    HandoffThresholds,
    IamAuth,
    Once,
    OnceArgs,
    PythonFunctionArgs,
    SubscriberArgs,
)
from pulumi_serverless.aggregator import AggregatorArgs, Branch
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.fifo_consumer import FifoConsumerArgs
from pulumi_serverless.gatekeeper import GatekeeperArgs
from pulumi_serverless.gatekeeper.args import rights_as_json
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.notifier import Notifier, NotifierArgs
from pulumi_serverless.strangler import MovingRoute, StranglerFacadeArgs
from pulumi_serverless.testing import record
from serverless_runtime.strangler.settings.stages import write_stages
from tests.components.a_function import (
    FOUNDATION,
    HANDLER,
    NO_DEPENDENCIES,
    a_function,
    made_function,
)
from tests.components.limits import Limit, Make, cases

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
        routes={key: MovingRoute(new=made_function())},
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


def a_caller_of_a_service(timeout: int) -> None:
    service = a_service(3)
    caller = a_function("f", timeout_seconds=timeout, environment=service.environment)
    service.allow_caller(caller)


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


def leases_of(timeout: int) -> None:
    once = Once("leases", OnceArgs(foundation=FOUNDATION, lease_seconds=60))
    once.allow(a_function("f", timeout_seconds=timeout, environment=once.environment))


def a_handoff(event_age: int, **settings: Any) -> None:
    thresholds = HandoffThresholds(event_age_seconds=event_age)
    AsyncHandoffArgs(
        foundation=FOUNDATION, target=made_function(), thresholds=thresholds, **settings
    )


def a_fifo(timeout: int, **settings: Any) -> None:
    worker = PythonFunctionArgs(
        foundation=FOUNDATION, handler=HANDLER, code=NO_DEPENDENCIES, timeout_seconds=timeout
    )
    FifoConsumerArgs(foundation=FOUNDATION, worker=worker, **settings)


LIMITS: list[Limit] = [
    (
        lambda n: a_facade(5, shadow=n),
        [0, 5],
        [-0.001, 5.001],
        "shadow_seconds must be between 0 and 5, got",
    ),
    (a_facade, [28], [28.01], "must be at most 28 in sum, got 28.01: API"),
    (stages_of, [4_096], [4_097], "a parameter of 4096 characters, got 4097"),
    (
        lambda n: MovingRoute(new=made_function(timeout_seconds=n)),
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
    (a_service, [0.1, 28], [0.09, 28.1], "budget_seconds must be between 0.1 and 28, got"),
    (
        lambda n: a_service(n, timeout=5),
        [4.9, 5],
        [5.1],
        "budget_seconds must be at most the timeout of ask, 5 s, got 5.1",
    ),
    (
        a_caller_of_a_service,
        [4, 5],
        [3],
        "the timeout of f must be at least 4 s, which is budget_seconds of prices and 1 s more",
    ),
    (a_branch, [0.001, 3], [0, 3.001], "seconds of the branch a must be more than 0 and at most"),
    (rights_of, [3_500], [3_501], "rights must be at most 3500 bytes as JSON"),
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
]


@pytest.mark.parametrize(("make", "value", "text"), cases(LIMITS, accepted=True))
def test_what_is_at_its_limit_is_accepted(make: Make, value: Any, text: str) -> None:
    record(lambda: make(value))


@pytest.mark.parametrize(("make", "value", "text"), cases(LIMITS, accepted=False))
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

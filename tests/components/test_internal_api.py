"""Internal APIs: permissions, environment, alarms, and calls that are never deployed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pytest

from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.service_calls.settings import (
    ServiceSettings,
    read_service_settings,
    service_environment,
)
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
OPERATIONS = {"quote": "safe", "list-prices": "safe", "reserve": "unsafe"}


SETTINGS = {field.name: "" for field in dataclasses.fields(ServiceSettings)}


def deployed(*, caller_seconds: int = 10, callee_seconds: int = 5, **settings: Any) -> Graph:
    def program() -> None:
        prices = an_api("prices", callee_seconds=callee_seconds, **settings)
        shop = a_function("shop", timeout_seconds=caller_seconds, environment=prices.environment)
        prices.allow_caller(shop)

    return record(program)


def an_api(name: str, *, callee_seconds: int = 30, **settings: Any) -> InternalApi:
    settings = {"operations": OPERATIONS, **settings}
    function = a_function(f"ask-{name}", timeout_seconds=callee_seconds)
    return InternalApi(name, InternalApiArgs(foundation=FOUNDATION, function=function, **settings))


def chained(*calls: tuple[str, str], budgets: Sequence[float] = (8, 6, 4, 2)) -> None:
    """Deploy functions that call each other, each of which answers, too."""

    def program() -> None:
        names = sorted({name for call in calls for name in call})
        # In a circle, not each of them can be given what another one's service makes.
        environment = {
            variable: pulumi.Output.from_input("known later")
            for caller, callee in calls
            for variable in service_environment(f"{caller}-to-{callee}", **SETTINGS)
        }
        functions = {
            name: a_function(name, timeout_seconds=30, environment=environment) for name in names
        }
        for number, (caller, callee) in enumerate(calls):
            api = InternalApi(
                f"{caller}-to-{callee}",
                InternalApiArgs(
                    foundation=FOUNDATION,
                    function=functions[callee],
                    operations=OPERATIONS,  # type: ignore[arg-type]
                    budget_seconds=budgets[number],
                ),
            )
            api.allow_caller(functions[caller])

    record(program)


def test_a_caller_may_invoke_the_function_and_nothing_else() -> None:
    policy = json.loads(deployed().named("shop-may-call-prices", ROLE_POLICY).inputs["policy"])

    [statement] = policy["Statement"]
    assert statement["Action"] == ["lambda:InvokeFunction"]
    assert statement["Resource"] == ["arn:ask-prices"]


def test_the_environment_is_what_the_runtime_reads() -> None:
    graph = deployed(budget_seconds=1.5, version=7)
    variables = graph.named("shop", FUNCTION).inputs["environment"]["variables"]

    read = read_service_settings("prices", variables)
    assert (read.function_arn, read.component) == ("arn:ask-prices", "test-unit-prices")
    assert (read.safe, read.unsafe) == ("quote,list-prices", "reserve")
    assert (read.version, read.budget_seconds) == ("7", "1.5")


def test_failures_throttling_slowness_and_lost_answers_fire_alarms() -> None:
    graph = deployed(budget_seconds=2)

    slow = graph.named("prices-service-slow", ALARM).inputs
    assert (slow["metricName"], slow["extendedStatistic"]) == ("Duration", "p99")
    assert slow["threshold"] == 1_600
    unanswered = graph.named("prices-service-unanswered", ALARM).inputs
    assert unanswered["dimensions"] == {"Component": "test-unit-prices"}
    for name in ("errors", "throttled"):
        inputs = graph.named(f"prices-service-{name}", ALARM).inputs
        assert inputs["dimensions"] == {"FunctionName": "ask-prices-1a2b3c4"}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"operations": {}}, "operations must have 1 to 50 entries, got 0"),
        ({"operations": {"Quote": "safe"}}, "a key of operations must be lower-case words"),
        ({"operations": {"a,b": "safe"}}, "a key of operations must be lower-case words"),
        ({"operations": {"quote": "maybe"}}, r"operations\['quote'\] must be one of"),
        ({"budget_seconds": 0}, "budget_seconds must be between 0.1 and 28, got 0; hand work"),
        (
            {"budget_seconds": 0.09},
            "budget_seconds must be between 0.1 and 28, got 0.09; hand work",
        ),
        ({"budget_seconds": 29, "callee_seconds": 30}, "must be between 0.1 and 28, got 29"),
        ({"budget_seconds": 6}, "at most the timeout of ask-prices, 5 s, got 6: nobody answers"),
        ({"budget_seconds": 4, "caller_seconds": 4}, "timeout of shop must be at least 5 s, .* 4"),
        ({"version": 0}, "version must be between 1 and 1000000, got 0"),
    ],
)
def test_what_cannot_work_fails_before_deploy(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        deployed(**settings)


def test_a_caller_that_would_not_know_the_service_fails_before_deploy() -> None:
    message = "^environment of shop must contain that of prices, got none of SERVICE_PRICES_"
    with pytest.raises(ValueError, match=message):
        record(lambda: an_api("prices").allow_caller(a_function("shop")))


@pytest.mark.parametrize("budget_seconds", [0.1, 28])
def test_a_call_may_take_as_long_as_an_api_waits(budget_seconds: float) -> None:
    graph = deployed(budget_seconds=budget_seconds, callee_seconds=28, caller_seconds=29)

    assert graph.named("prices-service-slow", ALARM).inputs["threshold"] == budget_seconds * 800


@pytest.mark.parametrize(
    ("calls", "circle"),
    [
        ([("a", "a")], "a → a"),
        ([("a", "b"), ("b", "a")], "b → a → b"),
        ([("a", "b"), ("b", "c"), ("c", "a")], "c → a → b → c"),
    ],
)
def test_functions_that_would_wait_for_each_other_are_refused(
    calls: Sequence[tuple[str, str]], circle: str
) -> None:
    with pytest.raises(ValueError, match=f"in a circle, got {circle}: each would wait"):
        chained(*calls)


def test_a_chain_of_three_calls_is_deployed_and_one_of_four_is_refused() -> None:
    three = [("a", "b"), ("b", "c"), ("c", "d")]
    chained(*three)

    with pytest.raises(
        ValueError, match=r"at most 3 calls may be in a row, got 4: a → b → c → d → e"
    ):
        chained(*three, ("d", "e"))
    with pytest.raises(ValueError, match="got 4: z → a → b → c → d"):
        chained(*three, ("z", "a"), budgets=(8, 6, 4, 9))


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_function_has_less_time_for_others_than_others_have_for_it(order: list[int]) -> None:
    calls, budgets = [("a", "b"), ("b", "c")], [3.0, 3.0]
    with pytest.raises(
        ValueError, match=r"in a → b → c, the second call must have less .* 3 s, got 3"
    ):
        chained(*(calls[each] for each in order), budgets=[budgets[each] for each in order])


def test_functions_that_share_a_service_are_no_circle() -> None:
    chained(("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), budgets=(8, 8, 4, 4))

"""Aggregators: permissions, environment, timeout, alarms, and what is refused before deploying."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pulumi_serverless import FunctionCode
from pulumi_serverless.aggregator import Aggregator, AggregatorArgs, Branch
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.aggregator.settings import read_aggregator_settings
from serverless_runtime.circuit_breaker.settings.environment import read_circuit_breaker_settings
from serverless_runtime.service_calls.settings import read_service_settings
from tests.components.a_function import FOUNDATION, HANDLER, NO_DEPENDENCIES, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
Branches = Callable[[InternalApi, InternalApi], Mapping[str, Branch]]


def a_service(name: str, budget_seconds: float) -> InternalApi:
    return InternalApi(
        name,
        InternalApiArgs(
            foundation=FOUNDATION,
            function=a_function(f"ask-{name}", timeout_seconds=30),
            operations={"ask": "safe", "tell": "unsafe"},
            budget_seconds=budget_seconds,
        ),
    )


def two(prices: InternalApi, stock: InternalApi) -> Mapping[str, Branch]:
    return {
        "price": Branch(service=prices, operation="ask", required=True),
        "stock": Branch(service=stock, operation="ask", seconds=0.5, cache_seconds=30),
    }


def deployed(branches: Branches = two, *, circuits: tuple[str, ...] = (), **settings: Any) -> Graph:
    def program() -> None:
        if circuits:
            settings["circuit_breakers"] = CircuitBreaker(
                "providers", CircuitBreakerArgs(foundation=FOUNDATION, circuits=circuits)
            )
        Aggregator(
            "page",
            AggregatorArgs(
                foundation=FOUNDATION,
                handler=HANDLER,
                branches=branches(a_service("prices", 2), a_service("stock", 4)),
                **{"code": NO_DEPENDENCIES, **settings},
            ),
        )

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_the_function_may_call_its_services_and_use_their_circuits_and_nothing_else() -> None:
    graph = deployed(circuits=("prices", "stock"))

    for name in ("prices", "stock"):
        text = graph.named(f"page-may-call-{name}", ROLE_POLICY).inputs["policy"]
        [statement] = json.loads(text)["Statement"]
        assert statement["Action"] == ["lambda:InvokeFunction"]
        assert statement["Resource"] == [f"arn:ask-{name}"]
    text = graph.named("page-may-use-providers", ROLE_POLICY).inputs["policy"]
    [statement] = json.loads(text)["Statement"]
    assert statement["Condition"]["ForAllValues:StringEquals"] == {
        "dynamodb:LeadingKeys": ["prices", "stock"]
    }


def test_the_environment_is_what_the_runtime_reads() -> None:
    graph = deployed(circuits=("prices", "stock"), deadline_seconds=1.5, environment={"STAGE": "b"})
    variables = graph.named("page", FUNCTION).inputs["environment"]["variables"]

    read = read_aggregator_settings("page", variables)
    assert (read.component, read.deadline_seconds) == ("test-unit-page", "1.5")
    assert read.circuit_breakers
    assert json.loads(read.branches) == {
        "price": {
            "service": "prices",
            "operation": "ask",
            "required": True,
            "seconds": 1.5,
            "cache_seconds": 0,
        },
        "stock": {
            "service": "stock",
            "operation": "ask",
            "required": False,
            "seconds": 0.5,
            "cache_seconds": 30,
        },
    }
    assert read_service_settings("stock", variables).function_arn == "arn:ask-stock"
    assert read_circuit_breaker_settings(variables).circuits == "prices,stock"
    assert variables["STAGE"] == "b"


def test_without_circuit_breakers_there_are_none() -> None:
    variables = usual().named("page", FUNCTION).inputs["environment"]["variables"]

    assert read_aggregator_settings("page", variables).circuit_breakers == ""


@pytest.mark.parametrize(("deadline", "timeout"), [(1, 6), (4.5, 7), (20, 22)])
def test_the_function_outlives_its_answer_and_each_call(deadline: float, timeout: int) -> None:
    assert deployed(deadline_seconds=deadline).named("page", FUNCTION).inputs["timeout"] == timeout


def test_incomplete_answers_and_failures_fire_alarms() -> None:
    graph = usual()

    incomplete = graph.named("page-answers-incomplete", ALARM).inputs
    expressions = [each.get("expression") for each in incomplete["metricQueries"]]
    assert "IF(answers >= 20, 100 * incomplete / answers, 0)" in expressions
    assert incomplete["threshold"] == 5
    assert graph.named("page-aggregator-errors", ALARM)


@pytest.mark.parametrize(
    ("branches", "settings", "text"),
    [
        (lambda p, s: {}, {}, "branches must have 1 to 10 entries, got 0"),
        (
            lambda p, s: {"a": Branch(service=p, operation="tell")},
            {},
            "operation must be a safe one of prices, ask, got 'tell': an answer that does not wait",
        ),
        (
            lambda p, s: {"a": Branch(service=p, operation="sell")},
            {},
            "must be a safe one of prices, ask, got 'sell'",
        ),
        (
            lambda p, s: {"a": Branch(service=p, operation="ask", cache_seconds=61)},
            {},
            "cache_seconds must be between 0 and 60, got 61",
        ),
        (
            lambda p, s: {"A-b": Branch(service=p, operation="ask")},
            {},
            "a key of branches must be lower-case words with underscores",
        ),
        (
            lambda p, s: {"a": Branch(service=p, operation="ask", seconds=4)},
            {},
            "seconds of the branch a must be more than 0 and at most deadline_seconds, 3, got 4",
        ),
        (
            lambda p, s: {"a": Branch(service=p, operation="ask", seconds=0)},
            {},
            "seconds of the branch a must be more than 0 and at most deadline_seconds, 3, got 0",
        ),
        (
            lambda p, s: {"a": Branch(service=p, operation="ask", seconds=-1)},
            {},
            "seconds of the branch a must be more than 0 and at most deadline_seconds, 3, got -1",
        ),
        (
            lambda p, s: {
                "a": Branch(service=p, operation="ask"),
                "b": Branch(service=p, operation="ask"),
            },
            {},
            r"branches must ask for different things, got prices\.ask for a and b",
        ),
        (
            two,
            {"code": FunctionCode(packages=["serverless_runtime.shared"])},
            r"packages of code must contain serverless_runtime\.aggregator, .*, got none of "
            r"serverless_runtime\.aggregator, serverless_runtime\.circuit_breaker, ",
        ),
        (two, {"deadline_seconds": 0.1}, "deadline_seconds must be between 0.2 and 25, got 0.1"),
        (two, {"deadline_seconds": 26}, "deadline_seconds must be between 0.2 and 25, got 26"),
        (
            two,
            {"circuits": ("prices",)},
            r"circuits\[1\] of providers must be one of prices, got 'stock'",
        ),
    ],
)
def test_what_cannot_work_fails_before_deploy(
    branches: Branches, settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        deployed(branches, **settings)


@pytest.mark.parametrize("seconds", [0.2, 25])
def test_a_branch_may_take_as_long_as_the_answer(seconds: float) -> None:
    graph = deployed(
        lambda p, s: {"a": Branch(service=p, operation="ask", seconds=seconds)},
        deadline_seconds=seconds,
    )

    assert graph.named("page-aggregator-errors", ALARM)


def test_what_is_no_service_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"service must be a CallableService \(it has no allow_call"
    ):
        Branch(service=FunctionCode(packages=("a",)), operation="ask")  # type: ignore[arg-type]

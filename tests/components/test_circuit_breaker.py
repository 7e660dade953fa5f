"""Circuit breakers for functions: their table, permissions, environment and alarms."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules, rules_of
from serverless_runtime.circuit_breaker.settings.environment import read_circuit_breaker_settings
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TABLE = "aws:dynamodb/table:Table"


def deployed(
    *circuits: str, timeout_seconds: int = 10, allowed: Any = ("carrier",), **settings: Any
) -> Graph:
    def program() -> None:
        breaker = CircuitBreaker(
            "providers",
            CircuitBreakerArgs(
                foundation=FOUNDATION, circuits=circuits or ("carrier", "tax"), **settings
            ),
        )
        quote = a_function(
            "quote", timeout_seconds=timeout_seconds, environment=breaker.environment
        )
        breaker.allow(quote, allowed)

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_a_row_is_per_circuit_and_expires() -> None:
    table = usual().only(TABLE)

    assert table.inputs["hashKey"] == "circuit"
    assert "rangeKey" not in table.inputs
    assert table.inputs["ttl"] == {"attributeName": "expires_at", "enabled": True}


def test_a_function_may_read_and_change_the_rows_of_its_circuits_and_no_others() -> None:
    policy = json.loads(usual().named("quote-may-use-providers", ROLE_POLICY).inputs["policy"])

    [statement] = policy["Statement"]
    assert statement["Action"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    assert statement["Resource"] == ["arn:providers"]
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["carrier"]}
    }


def test_the_environment_is_what_the_runtime_reads() -> None:
    settings: dict[str, Any] = {
        "failures_to_open": 3,
        "first_cool_down_seconds": 2,
        "longest_cool_down_seconds": 4,
        "probe_seconds": 20,
        "slow_call_seconds": 1.5,
    }

    variables = deployed(**settings).only(FUNCTION).inputs["environment"]["variables"]

    read = read_circuit_breaker_settings(variables)
    assert (read.table_name, read.circuits) == ("providers-1a2b3c4", "carrier,tax")
    assert read.component == "test-unit-providers"
    assert rules_of(read) == CircuitBreakerRules(**settings)


def test_what_is_left_out_is_as_the_runtime_has_it() -> None:
    variables = usual().only(FUNCTION).inputs["environment"]["variables"]

    assert rules_of(read_circuit_breaker_settings(variables)) == CircuitBreakerRules()


def test_opening_and_throttled_requests_fire_alarms() -> None:
    graph = deployed(failures_to_open=3)

    opened = graph.named("providers-circuit-breaker-open", ALARM).inputs
    assert (opened["namespace"], opened["metricName"]) == ("CircuitBreaker", "Opened")
    assert opened["dimensions"] == {"Component": "test-unit-providers"}
    assert "after 3 failed or slow calls in a row" in opened["alarmDescription"]
    assert graph.named("providers-circuit-breaker-throttled", ALARM)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"timeout_seconds": 60},
            "probe_seconds of providers must be more than the timeout of quo",
        ),
        ({"slow_call_seconds": 10}, "slow_call_seconds of providers must be less than the timeout"),
        ({"slow_call_seconds": 0}, "slow_call_seconds must be more than 0, got 0"),
        ({"slow_call_seconds": -1}, "slow_call_seconds must be more than 0, got -1"),
        (
            {"allowed": ["taxes"]},
            r"circuits\[0\] of .* one of carrier, tax, got 'taxes'; did you mean tax",
        ),
        ({"allowed": []}, "CircuitBreaker.allow: circuits must have 1 to 20 entries, got 0"),
        ({"allowed": "tax"}, "CircuitBreaker.allow: circuits must be a list, got 'tax'"),
        ({"failures_to_open": 0}, "failures_to_open must be between 1 and 100, got 0"),
        ({"first_cool_down_seconds": 301}, "first_cool_down_seconds must be at most 300, got 301"),
        ({"longest_cool_down_seconds": 3_601}, "longest_cool_down_seconds must be .* 3600"),
        ({"probe_seconds": 931}, "probe_seconds must be between 2 and 930, got 931"),
    ],
)
def test_what_cannot_work_fails_before_deploy(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        deployed(**settings)


def test_a_function_that_has_another_ones_environment_fails_before_deploy() -> None:
    """Their variables have the same names: of two that are merged, the last would count."""

    def program() -> None:
        first, second = (
            CircuitBreaker(name, CircuitBreakerArgs(foundation=FOUNDATION, circuits=["carrier"]))
            for name in ("first", "second")
        )
        quote = a_function("quote", environment={**first.environment, **second.environment})
        second.allow(quote, ["carrier"])
        first.allow(quote, ["carrier"])

    message = "environment of quote must contain that of first, got CIRCUIT_BREAKER_COMPONENT of an"
    with pytest.raises(ValueError, match=message):
        record(program)


def test_a_function_without_its_environment_fails_before_deploy() -> None:
    def program() -> None:
        args = CircuitBreakerArgs(foundation=FOUNDATION, circuits=["carrier"])
        CircuitBreaker("providers", args).allow(a_function("quote"), ["carrier"])

    message = "environment of quote must contain that of providers, got none of CIRCUIT_BREAKER_TAB"
    with pytest.raises(ValueError, match=message):
        record(program)


@pytest.mark.parametrize(
    ("circuits", "text"),
    [
        ([], "circuits must have 1 to 20 entries, got 0"),
        ("carrier", "circuits must be a list, got 'carrier'"),
        (["a,b"], "circuits\\[0\\] must be 1 to 64 letters, .* got 'a,b'"),
        (["#a"], r"circuits\[0\] must be 1 to 64"),
        (["a", "a"], "circuits must all be different, got circuits\\[1\\]"),
    ],
)
def test_a_circuit_has_a_name_of_its_own(circuits: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        CircuitBreakerArgs(foundation=FOUNDATION, circuits=circuits)

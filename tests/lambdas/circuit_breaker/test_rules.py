"""How long a provider is left alone."""

from __future__ import annotations

import pytest

from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules, rules_of
from serverless_runtime.circuit_breaker.settings.environment import (
    CircuitBreakerSettings,
    circuit_breaker_environment,
    read_circuit_breaker_settings,
)

LONG = CircuitBreakerRules(first_cool_down_seconds=30, longest_cool_down_seconds=10**9)


def test_a_cool_down_doubles_with_each_trip_ten_times() -> None:
    found = [LONG.cool_down_seconds(trips, None) for trips in range(1, 14)]

    assert found == [30 * 2**doublings for doublings in [*range(11), 10, 10]]


@pytest.mark.parametrize(
    ("requested", "seconds"),
    [
        (None, 30),
        (0, 30),
        (29, 30),
        (30, 30),
        (31, 31),
        (31.9, 31),
        (299, 299),
        (300, 300),
        (301, 300),
        (1e9, 300),
    ],
)
def test_a_provider_may_request_more_up_to_the_longest(
    requested: float | None, seconds: int
) -> None:
    assert CircuitBreakerRules().cool_down_seconds(1, requested) == seconds


def test_the_environment_has_every_rule() -> None:
    written = circuit_breaker_environment(
        table_name="t",
        component="c",
        circuits="a,b",
        failures_to_open="6",
        first_cool_down_seconds="31",
        longest_cool_down_seconds="301",
        probe_seconds="61",
        slow_call_seconds="1.5",
    )

    assert rules_of(read_circuit_breaker_settings(written)) == CircuitBreakerRules(
        failures_to_open=6,
        first_cool_down_seconds=31,
        longest_cool_down_seconds=301,
        probe_seconds=61,
        slow_call_seconds=1.5,
    )


def test_without_any_the_rules_are_those_of_the_documentation() -> None:
    rules = rules_of(CircuitBreakerSettings(table_name="t", component="c", circuits="a"))

    assert rules == CircuitBreakerRules() == (5, 30, 300, 60, None)

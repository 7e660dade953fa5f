"""What a caller gets: results, fallbacks and errors; slow calls; and what is counted."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from serverless_runtime.circuit_breaker.circuit_breaker import (
    CallFailedError,
    CallRefusedError,
    CircuitBreaker,
    circuit_breaker,
    of_this_instance,
)
from serverless_runtime.circuit_breaker.rows import DynamoCircuitBreakerStore
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules
from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
)
from serverless_runtime.circuit_breaker.settings.environment import circuit_breaker_environment
from serverless_runtime.shared.environment import MissingSettingsError
from serverless_runtime.shared.metrics import Counter
from tests.lambdas.circuit_breaker.instances import Provider, an_instance, fail, tried
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import CIRCUITS

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SLOW = CircuitBreakerRules(slow_call_seconds=2)


def takes(seconds: float, clock: Clock, provider: Provider) -> None:
    def wait() -> None:
        clock.now += seconds

    provider.meanwhile = wait


@pytest.mark.parametrize(
    "error",
    [
        CallFailedError("down"),
        TimeoutError("no response"),
        http.client.IncompleteRead(b'{"ce'),
        http.client.BadStatusLine("SSH-2.0"),
    ],
)
def test_a_failed_call_falls_back(clock: Clock, provider: Provider, error: Exception) -> None:
    provider.error = error

    assert an_instance(clock).call(provider, fallback=lambda: "flat rate") == "flat rate"
    assert DynamoCircuitBreakerStore(CIRCUITS).read("email").failures == 1


def test_while_it_is_open_the_fallback_is_used_without_a_call(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)

    assert an_instance(clock).call(provider, fallback=lambda: "flat rate") == "flat rate"
    assert provider.calls == FAILURES_TO_OPEN


@pytest.mark.parametrize("error", [CallRefusedError("no such country"), KeyError("ours")])
def test_a_refusal_and_a_bug_of_ours_are_raised_although_there_is_a_fallback(
    clock: Clock, provider: Provider, error: Exception
) -> None:
    provider.error = error

    with pytest.raises(type(error)):
        an_instance(clock).call(provider, fallback=lambda: "flat rate")


def test_an_error_of_the_fallback_is_no_failure_of_the_provider(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)

    def broken() -> str:
        raise ConnectionError("no rates")

    with pytest.raises(ConnectionError, match="no rates"):
        an_instance(clock).call(provider, fallback=broken)
    assert DynamoCircuitBreakerStore(CIRCUITS).read("email").failures == FAILURES_TO_OPEN


@pytest.mark.parametrize(("seconds", "opens"), [(2.0, False), (2.1, True)])
def test_calls_that_are_slower_than_allowed_open_it_although_their_results_are_used(
    clock: Clock, provider: Provider, seconds: float, opens: bool
) -> None:
    takes(seconds, clock, provider)

    used = [tried(an_instance(clock, rules=SLOW), provider) for _ in range(FAILURES_TO_OPEN)]

    assert used == [f"m-{n + 1}" for n in range(FAILURES_TO_OPEN)]
    after = tried(an_instance(clock, rules=SLOW), provider)
    assert (after == "CircuitBreakerOpenError") is opens


def test_a_slow_probe_opens_it_for_longer_and_says_so(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    takes(3, clock, provider)

    assert tried(an_instance(clock, rules=SLOW), provider).startswith("m-")

    state = DynamoCircuitBreakerStore(CIRCUITS).read("email")
    assert (state.status, state.trips) == ("OPEN", 2)
    assert state.last_error == "it took 3.0 s to respond, more than 2 s"
    assert state.blocked_until == int(clock.now) + 2 * FIRST_COOL_DOWN_SECONDS


def test_a_slow_refusal_counts_as_slow(clock: Clock, provider: Provider) -> None:
    provider.error = CallRefusedError("no such country")
    takes(3, clock, provider)
    for _ in range(FAILURES_TO_OPEN):
        assert tried(an_instance(clock, rules=SLOW), provider) == "CallRefusedError"

    assert tried(an_instance(clock, rules=SLOW), provider) == "CircuitBreakerOpenError"


def test_it_is_counted_when_it_opens_and_again_when_its_probe_fails(
    clock: Clock, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = Counter("CircuitBreaker", "shop-dev-quotes")
    provider.error = CallFailedError("down")

    def counted() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [{key: value for key, value in line.items() if key != "_aws"} for line in lines]

    def fail_once() -> None:
        assert tried(an_instance(clock, metrics=metrics), provider) == "CallFailedError"

    for _ in range(FAILURES_TO_OPEN - 1):
        fail_once()
    assert counted() == []

    def be_overtaken() -> None:
        provider.meanwhile = lambda: None
        fail_once()

    provider.meanwhile = be_overtaken
    fail_once()
    opened = {"Component": "shop-dev-quotes", "Circuit": "email", "Opened": 1}
    assert counted() == [opened], "the second instance found it open"

    clock.now += FIRST_COOL_DOWN_SECONDS
    fail_once()
    assert counted() == [opened]


def test_the_environment_gives_table_rules_and_circuits(
    clock: Clock, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = circuit_breaker_environment(
        table_name=CIRCUITS,
        component="shop-dev-quotes",
        circuits="carrier,tax",
        failures_to_open="2",
        slow_call_seconds="1.5",
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    provider.error = CallFailedError("down")
    of_this_instance.cache_clear()
    carrier = circuit_breaker("carrier")

    assert isinstance(carrier, CircuitBreaker)
    assert carrier is circuit_breaker("carrier"), "its state is cached"
    found = [tried(carrier, provider) for _ in range(3)]
    assert found == ["CallFailedError", "CallFailedError", "CircuitBreakerOpenError"]
    with pytest.raises(ValueError, match="circuit must be one of carrier, tax, got 'carriers'"):
        circuit_breaker("carriers")


def test_without_its_environment_the_error_names_what_is_missing() -> None:
    of_this_instance.cache_clear()

    with pytest.raises(MissingSettingsError, match="CIRCUIT_BREAKER_TABLE_NAME"):
        circuit_breaker("carrier")

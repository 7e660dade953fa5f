"""When a provider is not called, and when it is called again."""

from __future__ import annotations

import pytest

from serverless_runtime.circuit_breaker.errors import (
    CallFailedError,
    CallRefusedError,
    CircuitBreakerOpenError,
)
from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
)
from tests.lambdas.circuit_breaker.instances import (
    Provider,
    an_instance,
    fail,
    let_caches_end,
    tried,
)
from tests.lambdas.notification_service.fakes import Clock

pytestmark = pytest.mark.usefixtures("aws_in_memory")

NEARLY = FAILURES_TO_OPEN - 1


def test_a_provider_that_responds_is_called(clock: Clock, provider: Provider) -> None:
    assert an_instance(clock).call(provider) == "m-1"


def test_failures_of_several_instances_open_it_for_all(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)

    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"
    assert provider.calls == FAILURES_TO_OPEN


def test_it_stays_closed_below_the_limit_of_failures(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, NEARLY)

    assert tried(an_instance(clock), provider) == f"m-{FAILURES_TO_OPEN}"


def test_only_failures_in_a_row_count(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, NEARLY)
    an_instance(clock).call(provider)
    fail(clock, provider, NEARLY)

    assert tried(an_instance(clock), provider).startswith("m-")


@pytest.mark.parametrize("error", [CallFailedError("busy"), TimeoutError("no response")])
def test_transient_errors_count(clock: Clock, provider: Provider, error: Exception) -> None:
    fail(clock, provider, FAILURES_TO_OPEN, error)

    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"


@pytest.mark.parametrize("error", [CallRefusedError("no such address"), KeyError("ours")])
def test_a_rejected_message_and_a_bug_of_ours_do_not_count(
    clock: Clock, provider: Provider, error: Exception
) -> None:
    fail(clock, provider, 2 * FAILURES_TO_OPEN, error)

    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_rejected_message_shows_that_the_provider_is_up(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, NEARLY)
    fail(clock, provider, 1, CallRefusedError("no such address"))
    fail(clock, provider, NEARLY)

    assert tried(an_instance(clock), provider).startswith("m-")


def test_the_error_names_circuit_end_and_reason(clock: Clock, provider: Provider) -> None:
    fail(
        clock,
        provider,
        FAILURES_TO_OPEN,
        CallFailedError("SES did not respond about bob@example.com"),
    )

    with pytest.raises(CircuitBreakerOpenError) as caught:
        an_instance(clock).call(provider)

    assert str(caught.value) == (
        "the circuit breaker of email is open until 2026-03-01T09:30:30.000Z, "
        "after 5 failures in a row; last error: SES did not respond about b***@example.com"
    )


def test_each_circuit_has_its_own_circuit_breaker(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)

    assert tried(an_instance(clock, "sms"), provider).startswith("m-")


def test_an_instance_sees_the_state_of_others_when_its_cache_expires(
    clock: Clock, provider: Provider
) -> None:
    instance = an_instance(clock)
    instance.call(provider)
    fail(clock, provider, FAILURES_TO_OPEN)

    let_caches_end(clock)
    assert tried(instance, provider) == "CircuitBreakerOpenError"


def test_opening_and_closing_are_logged_once_with_circuit_and_end(
    clock: Clock, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fail(clock, provider, FAILURES_TO_OPEN)
    tried(an_instance(clock), provider)
    clock.now += FIRST_COOL_DOWN_SECONDS
    an_instance(clock).call(provider)

    lines = [(each.message, vars(each)["circuit"], vars(each)["until"]) for each in caplog.records]
    assert lines == [
        ("circuit breaker opened", "email", "2026-03-01T09:30:30.000Z"),
        ("circuit breaker closed", "email", None),
    ]

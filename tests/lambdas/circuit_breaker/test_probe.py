"""How an open circuit breaker finds out that its provider is back, and what late calls change."""

from __future__ import annotations

import pytest

from serverless_runtime.circuit_breaker import log_messages
from serverless_runtime.circuit_breaker.errors import CallFailedError, CallRefusedError
from serverless_runtime.circuit_breaker.metrics import OPENED
from serverless_runtime.circuit_breaker.rows import (
    CircuitBreakerState,
    DynamoCircuitBreakerStore,
)
from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
    LONGEST_COOL_DOWN_SECONDS,
    PROBE_SECONDS,
)
from serverless_runtime.shared.metrics import Counter
from tests.lambdas.circuit_breaker.instances import (
    Provider,
    an_instance,
    fail,
    tried,
)
from tests.lambdas.notification_service.fakes import Clock, KilledError
from tests.lambdas.tables import CIRCUITS

pytestmark = pytest.mark.usefixtures("aws_in_memory")

NEARLY = FAILURES_TO_OPEN - 1


def test_after_the_cool_down_a_response_closes_it_for_all(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS - 1
    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"

    clock.now += 1
    assert tried(an_instance(clock), provider).startswith("m-")
    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_rejected_message_closes_it_too(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    fail(clock, provider, 1, CallRefusedError("no such address"))

    assert tried(an_instance(clock), provider).startswith("m-")


def test_of_all_instances_exactly_one_probes(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    others = [an_instance(clock) for _ in range(5)]
    found: list[str] = []
    for other in others:
        # All have read that the cool-down has ended.
        assert other.failures == FAILURES_TO_OPEN

    def call_the_others() -> None:
        provider.meanwhile = lambda: None
        found.extend(tried(other, provider) for other in others)

    provider.meanwhile = call_the_others
    tried(an_instance(clock), provider)

    assert found == ["CircuitBreakerOpenError"] * len(others)
    assert provider.calls == FAILURES_TO_OPEN + 1


def test_each_failed_probe_doubles_the_cool_down_up_to_five_minutes(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    for seconds in (30, 60, 120, 240, 300, 300):
        clock.now += seconds - 1
        assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"
        clock.now += 1
        fail(clock, provider, 1)

    assert provider.calls == FAILURES_TO_OPEN + 6


def test_once_closed_it_starts_with_the_first_cool_down_again(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    for _ in range(2):
        clock.now += LONGEST_COOL_DOWN_SECONDS
        fail(clock, provider, 1)
    clock.now += LONGEST_COOL_DOWN_SECONDS
    an_instance(clock).call(provider)
    fail(clock, provider, FAILURES_TO_OPEN)

    clock.now += FIRST_COOL_DOWN_SECONDS
    assert tried(an_instance(clock), provider).startswith("m-")


@pytest.mark.parametrize(("requested", "seconds"), [(10, 30), (100, 100), (4_000, 300)])
def test_the_cool_down_is_what_the_provider_requests_within_limits(
    clock: Clock, provider: Provider, requested: float, seconds: int
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN, CallFailedError("busy", retry_after_seconds=requested))

    clock.now += seconds - 1
    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"
    clock.now += 1
    assert tried(an_instance(clock), provider).startswith("m-")


@pytest.mark.parametrize("end", [KilledError(), KeyError("ours")])
def test_a_probe_without_an_outcome_is_followed_by_another(
    clock: Clock, provider: Provider, end: BaseException
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    provider.error = end
    with pytest.raises(type(end)):
        an_instance(clock).call(provider)
    provider.error = None

    clock.now += PROBE_SECONDS - 1
    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"
    clock.now += 1
    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_late_probe_does_not_undo_what_came_after_it(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS

    def be_late() -> None:
        provider.meanwhile = lambda: None
        clock.now += PROBE_SECONDS
        fail(clock, provider, 1)

    provider.meanwhile = be_late
    tried(an_instance(clock), provider)

    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"


def test_a_late_probe_that_fails_does_not_open_what_another_has_closed(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    late = Provider()
    late.error = CallFailedError("too late")

    def be_overtaken() -> None:
        clock.now += PROBE_SECONDS
        assert tried(an_instance(clock), provider).startswith("m-")

    late.meanwhile = be_overtaken
    assert tried(an_instance(clock), late) == "CallFailedError"

    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_failure_from_before_the_opening_neither_closes_it_nor_counts(
    clock: Clock, provider: Provider
) -> None:
    late, slow = an_instance(clock), Provider()
    slow.error = CallFailedError("late")
    slow.meanwhile = lambda: fail(clock, provider, FAILURES_TO_OPEN)
    assert tried(late, slow) == "CallFailedError"

    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"
    assert DynamoCircuitBreakerStore(CIRCUITS).read("email").failures == FAILURES_TO_OPEN


def test_a_call_from_before_the_opening_changes_nothing(clock: Clock, provider: Provider) -> None:
    late, slow = an_instance(clock), Provider()
    fail(clock, provider, 1)

    def meanwhile() -> None:
        fail(clock, provider, NEARLY)

    slow.meanwhile = meanwhile
    assert tried(late, slow) == "m-1"

    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"
    assert DynamoCircuitBreakerStore(CIRCUITS).read("email").failures == FAILURES_TO_OPEN


class _Overtaken(DynamoCircuitBreakerStore):
    """Just before it opens the circuit, another instance does."""

    def open(self, circuit: str, owner: str, **values: int) -> CircuitBreakerState:
        super().open(circuit, "another", **values)
        return super().open(circuit, owner, **values)


@pytest.mark.parametrize(("store", "times"), [(DynamoCircuitBreakerStore, 1), (_Overtaken, 0)])
def test_only_the_instance_that_opens_it_logs_and_counts_that(
    clock: Clock,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    *,
    store: type[DynamoCircuitBreakerStore],
    times: int,
) -> None:
    fail(clock, provider, NEARLY)
    provider.error = CallFailedError("down")
    metrics = Counter("CircuitBreaker", "shop")

    tried(an_instance(clock, store=store(CIRCUITS), metrics=metrics), provider)

    assert [record.message for record in caplog.records].count(log_messages.OPENED) == times
    assert capsys.readouterr().out.count(f'"{OPENED}": 1') == times
    assert tried(an_instance(clock), provider) == "CircuitBreakerOpenError"

"""A circuit's row after each write, whole; and what a write that comes too late finds."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.circuit_breaker.cached_state import CachedState
from serverless_runtime.circuit_breaker.errors import (
    CallFailedError,
    CircuitBreakerOpenError,
    require_errors,
)
from serverless_runtime.circuit_breaker.probe import acquire_probe
from serverless_runtime.circuit_breaker.rows import (
    CircuitBreakerState,
    DynamoCircuitBreakerStore,
    state_of,
)
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import CIRCUITS

pytestmark = pytest.mark.usefixtures("aws_in_memory")

KEPT = 1_814_400
REASON = "no answer from ann@a.example"
MASKED = "no answer from a***@a.example"


def row() -> dict[str, Any]:
    [item] = aws.boto3_client("dynamodb").scan(TableName=CIRCUITS)["Items"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def failed(store: DynamoCircuitBreakerStore, times: int = 5) -> None:
    for _ in range(times):
        store.count_failure("email", REASON, 100)


def opened() -> DynamoCircuitBreakerStore:
    store = DynamoCircuitBreakerStore(CIRCUITS)
    failed(store)
    store.open("email", "one", failures=5, until=130, now=101)
    return store


def test_failures_are_counted_from_the_first_one_on() -> None:
    store = DynamoCircuitBreakerStore(CIRCUITS)
    assert store.read("email") == CircuitBreakerState() == ("CLOSED", 0, 0, 0, "", None, None, None)

    store.count_failure("email", REASON, 100)
    state = store.count_failure("email", "x" * 501, 107)

    reason = f"{'x' * 499}…"
    assert state == store.read("email", consistent=True)
    assert state == ("CLOSED", 2, 0, 0, "", 100, reason, 107)
    assert row() == {
        "circuit": "email",
        "status": "CLOSED",
        "failures": "2",
        "changed_at": "100",
        "last_error": reason,
        "last_failed_at": "107",
        "expires_at": str(107 + KEPT),
    }


def test_a_success_sets_the_failures_to_0_and_nothing_else() -> None:
    store = DynamoCircuitBreakerStore(CIRCUITS)
    failed(store, 2)

    assert store.reset_failures("email", 110) == ("CLOSED", 0, 0, 0, "", 100, MASKED, 100)
    assert row()["expires_at"] == str(110 + KEPT)


def test_it_opens_with_so_many_failures_and_not_with_fewer() -> None:
    store = DynamoCircuitBreakerStore(CIRCUITS)
    failed(store, 4)
    assert store.open("email", "one", failures=5, until=130, now=101).status == "CLOSED"

    failed(store, 1)
    state = store.open("email", "one", failures=5, until=130, now=101)

    assert state == ("OPEN", 5, 130, 1, "one", 101, MASKED, 100)
    assert row()["expires_at"] == str(101 + KEPT)
    assert store.open("email", "two", failures=5, until=999, now=102) == state
    assert store.count_failure("email", "late", 103) == state
    assert store.reset_failures("email", 104) == state


def test_one_probe_is_made_once_the_cool_down_has_ended() -> None:
    store = opened()
    assert store.acquire_probe("email", "two", until=190, now=129).status == "OPEN"

    state = store.acquire_probe("email", "two", until=190, now=130)

    assert state == ("HALF_OPEN", 5, 190, 1, "two", 130, MASKED, 100)
    assert store.acquire_probe("email", "three", until=999, now=189) == state
    later = store.acquire_probe("email", "three", until=250, now=190)
    assert later == ("HALF_OPEN", 5, 250, 1, "three", 190, MASKED, 100)


def test_a_probe_closes_it_or_opens_it_for_longer() -> None:
    store = opened()
    store.acquire_probe("email", "two", until=190, now=130)

    state = store.reopen("email", "two", "still", until=200, now=140)
    assert state == ("OPEN", 6, 200, 2, "two", 140, "still", 140)
    assert store.close("email", "two", 141) == state

    store.acquire_probe("email", "three", until=260, now=200)
    assert store.close("email", "two", 201).status == "HALF_OPEN"
    closed = store.close("email", "three", 205)
    assert closed == ("CLOSED", 0, 0, 0, "", 205, "still", 140)
    assert {"changed_by", "blocked_until"}.isdisjoint(row())
    assert row()["expires_at"] == str(205 + KEPT)


def test_a_person_closes_it_in_any_state() -> None:
    assert opened().close("email", None, 150) == ("CLOSED", 0, 0, 0, "", 150, MASKED, 100)
    assert DynamoCircuitBreakerStore(CIRCUITS).close("other", None, 150) == CircuitBreakerState()
    assert state_of(None) == CircuitBreakerState()


@pytest.mark.parametrize(("later", "reads"), [(1.9, 1), (2, 2), (3, 2)])
def test_a_state_is_read_again_after_two_seconds(clock: Clock, later: float, reads: int) -> None:
    seen: list[str] = []

    class Store:
        def read(self, circuit: str) -> CircuitBreakerState:
            seen.append(circuit)
            return CircuitBreakerState(failures=len(seen))

    store: Any = Store()
    state = CachedState("email", store, clock)
    state.read()
    clock.now += later

    assert state.read().failures == len(seen) == reads
    assert state.now() == int(clock.now)


def test_who_may_not_call_is_told_until_when(clock: Clock) -> None:
    store = opened()
    state = CachedState("email", store, clock)
    clock.now = 129.9

    with pytest.raises(CircuitBreakerOpenError) as raised:
        acquire_probe(state, 60)
    assert str(raised.value) == (
        "the circuit breaker of email is open until 1970-01-01T00:02:10.000Z, "
        f"after 5 failures in a row; last error: {MASKED}"
    )
    clock.now = 132
    assert acquire_probe(state, 60)
    assert store.read("email").blocked_until == 192
    with pytest.raises(CircuitBreakerOpenError, match=r"is half open \(a probe is in progress\) u"):
        acquire_probe(CachedState("email", store, clock), 60)


@pytest.mark.parametrize("seconds", [0, 0.5, 7, None])
def test_a_provider_may_request_a_wait_of_any_length(seconds: float | None) -> None:
    assert CallFailedError("x", retry_after_seconds=seconds).retry_after_seconds == seconds


@pytest.mark.parametrize(("seconds", "shown"), [(-0.1, "-0.1"), (True, "True"), ("1", "'1'")])
def test_but_no_wait_that_is_none(seconds: Any, shown: str) -> None:
    with pytest.raises(ValueError, match=f"^retry_after_seconds must be .* from 0, got {shown}$"):
        CallFailedError("x", retry_after_seconds=seconds)


@pytest.mark.parametrize(
    ("errors", "text"),
    [
        ([KeyError], "it must be a tuple of classes of errors, got a list"),
        (None, "it must be a tuple of classes of errors, got None"),
        ("", "it must be a tuple of classes of errors, got ''"),
        ((KeyError, 7), "it must have classes of errors, got 7 in it"),
        ((KeyError, int), "it must have classes of errors, got a type in it"),
        ((KeyError("x"),), "it must have classes of errors, got a KeyError in it"),
        ((KeyboardInterrupt,), "it must have classes of errors, got a type in it"),
    ],
)
def test_errors_are_what_an_except_takes(errors: object, text: str) -> None:
    require_errors("it", ())
    require_errors("it", (KeyError, OSError))
    with pytest.raises(ValueError, match=r"^it must ") as raised:
        require_errors("it", errors)
    assert str(raised.value) == text

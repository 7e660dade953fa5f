"""How often a circuit breaker uses its table, and what happens when the table is unavailable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_runtime.circuit_breaker.cached_state import CACHE_SECONDS
from serverless_runtime.circuit_breaker.circuit_breaker import CircuitBreaker
from serverless_runtime.circuit_breaker.errors import CallFailedError
from serverless_runtime.circuit_breaker.rows import (
    DynamoCircuitBreakerStore,
)
from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
)
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request
from serverless_runtime.shared.aws.errors import ServiceError
from tests.lambdas.circuit_breaker.instances import (
    Provider,
    an_instance,
    fail,
    tried,
)
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import CIRCUITS
from tests.lambdas.task_service.dynamo_wire import wire
from tests.lambdas.wire import operation_of

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def requests(aws_in_memory: None) -> Iterator[Counter[str]]:
    """The number of requests to DynamoDB, by operation."""
    counted: Counter[str] = Counter()

    def count(request: Request) -> None:
        counted[operation_of(request)] += 1

    with wire("*", count):
        yield counted


def test_success_writes_nothing_and_reads_once_in_a_while(
    clock: Clock, requests: Counter[str]
) -> None:
    circuit_breaker = an_instance(clock)

    for _ in range(10):
        circuit_breaker.call(Provider())
        clock.now += CACHE_SECONDS / 10

    assert requests == {"GetItem": 1}


def test_an_open_circuit_breaker_is_not_read_for_every_event_either(
    clock: Clock, requests: Counter[str]
) -> None:
    provider = Provider()
    fail(clock, provider, FAILURES_TO_OPEN)
    requests.clear()

    circuit_breaker = an_instance(clock)
    assert {tried(circuit_breaker, provider) for _ in range(10)} == {"CircuitBreakerOpenError"}

    assert requests == {"GetItem": 1}


def test_an_instance_that_lost_the_probe_does_not_try_to_acquire_it_again(
    clock: Clock, requests: Counter[str]
) -> None:
    provider, other = Provider(), an_instance(clock)
    provider.error = CallFailedError("down")
    for _ in range(FAILURES_TO_OPEN):
        tried(other, provider)
    clock.now += FIRST_COOL_DOWN_SECONDS
    assert other.failures == FAILURES_TO_OPEN

    def call_the_other() -> None:
        requests.clear()
        assert {tried(other, provider) for _ in range(10)} == {"CircuitBreakerOpenError"}
        assert requests == {"UpdateItem": 1}

    provider.meanwhile = call_the_other
    tried(an_instance(clock), provider)


def test_a_lost_response_does_not_lose_the_probe(clock: Clock) -> None:
    states = DynamoCircuitBreakerStore(CIRCUITS)
    for _ in range(FAILURES_TO_OPEN):
        states.count_failure("email", "down", 100)
    states.open("email", "one", failures=FAILURES_TO_OPEN, until=130, now=100)

    first = states.acquire_probe("email", "two", until=190, now=130)
    again = states.acquire_probe("email", "two", until=190, now=130)

    assert first == again
    assert (again.status, again.changed_by) == ("HALF_OPEN", "two")


def an_instance_without(operation: str, clock: Clock) -> CircuitBreaker:
    """One whose requests to DynamoDB fail if they are for this operation."""
    client = SimpleNamespace(
        get_item=aws.client("dynamodb").get_item, update_item=aws.client("dynamodb").update_item
    )

    def reject(**_: Any) -> None:
        error = {"Code": "InternalServerError", "Message": ""}
        raise ServiceError({"Error": error, "ResponseMetadata": {}}, operation)

    setattr(client, operation, reject)
    return an_instance(clock, store=DynamoCircuitBreakerStore(CIRCUITS, client))


def test_when_its_state_cannot_be_read_calls_go_through(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    circuit_breaker = an_instance_without("get_item", clock)

    assert [tried(circuit_breaker, provider) for _ in range(3)] == ["m-1", "m-2", "m-3"]
    messages = [record.message for record in caplog.records]
    assert messages == ["circuit breaker not read: calls go through"]


def test_when_its_state_cannot_be_written_the_providers_error_is_raised(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    provider.error = CallFailedError("down")
    circuit_breaker = an_instance_without("update_item", clock)

    found = {tried(circuit_breaker, provider) for _ in range(2 * FAILURES_TO_OPEN)}

    assert found == {"CallFailedError"}
    assert "circuit breaker not written: calls go through" in caplog.text


def test_a_probe_that_cannot_be_recorded_is_sent_anyway(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    circuit_breaker = an_instance_without("update_item", clock)

    assert tried(circuit_breaker, provider).startswith("m-")
    assert "circuit breaker closed" not in caplog.text

"""What a breaker asks of its table, and what happens when the table does not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from serverless_runtime.notification_service.breaker import (
    CACHE_SECONDS,
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
    Breaker,
)
from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.dynamo_breakers import DynamoBreakers
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request
from serverless_runtime.shared.aws.errors import ServiceError
from tests.lambdas.notification_service.a_breaker import (
    Provider,
    an_instance,
    tried,
)
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import DELIVERIES
from tests.lambdas.task_service.dynamo_wire import wire
from tests.lambdas.wire import operation_of

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def requests(aws_in_memory: None) -> Iterator[Counter[str]]:
    """How often DynamoDB is asked for what."""
    counted: Counter[str] = Counter()

    def count(request: Request) -> None:
        counted[operation_of(request)] += 1

    with wire("*", count):
        yield counted


def test_success_writes_nothing_and_reads_once_in_a_while(
    clock: Clock, requests: Counter[str]
) -> None:
    breaker = an_instance(clock)

    for _ in range(10):
        breaker.call(Provider())
        clock.now += CACHE_SECONDS / 10

    assert requests == {"GetItem": 1}


def test_an_open_breaker_is_not_asked_for_every_event_either(
    clock: Clock, requests: Counter[str]
) -> None:
    provider = Provider()
    provider.error = ChannelError("down")
    for _ in range(FAILURES_TO_OPEN):
        tried(an_instance(clock), provider)
    requests.clear()

    breaker = an_instance(clock)
    assert {tried(breaker, provider) for _ in range(10)} == {"BreakerOpenError"}

    assert requests == {"GetItem": 1}


def test_an_instance_that_lost_the_probe_does_not_ask_for_it_again(
    clock: Clock, requests: Counter[str]
) -> None:
    provider, other = Provider(), an_instance(clock)
    provider.error = ChannelError("down")
    for _ in range(FAILURES_TO_OPEN):
        tried(other, provider)
    clock.now += FIRST_COOL_DOWN_SECONDS
    assert other.failures == FAILURES_TO_OPEN

    def ask_the_other() -> None:
        requests.clear()
        assert {tried(other, provider) for _ in range(10)} == {"BreakerOpenError"}
        assert requests == {"UpdateItem": 1}

    provider.meanwhile = ask_the_other
    tried(an_instance(clock), provider)


def test_a_lost_answer_does_not_lose_the_probe(clock: Clock) -> None:
    states = DynamoBreakers(DELIVERIES)
    for _ in range(FAILURES_TO_OPEN):
        states.count_failure("email", "down", 100)
    states.open("email", "one", failures=FAILURES_TO_OPEN, until=130, now=100)

    first = states.take_probe("email", "two", until=190, now=130)
    again = states.take_probe("email", "two", until=190, now=130)

    assert first == again
    assert (again.status, again.changed_by) == ("HALF_OPEN", "two")


class _Away:
    """A store that refuses one kind of request."""

    def __init__(self, *operations: str) -> None:
        self._operations = operations

    def __getattr__(self, operation: str) -> Any:
        if operation not in self._operations:
            return getattr(aws.client("dynamodb"), operation)

        def refuse(**_: Any) -> None:
            error = {"Code": "InternalServerError", "Message": ""}
            raise ServiceError({"Error": error, "ResponseMetadata": {}}, operation)

        return refuse


def away(*operations: str) -> Any:
    return _Away(*operations)


def test_when_its_state_cannot_be_read_calls_go_through(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    breaker = Breaker("email", DynamoBreakers(DELIVERIES, away("get_item")), clock)

    assert [tried(breaker, provider) for _ in range(3)] == ["m-1", "m-2", "m-3"]
    messages = [record.message for record in caplog.records]
    assert messages == ["breaker not read: calls go through"]


def test_when_its_state_cannot_be_written_people_hear_what_the_provider_said(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    provider.error = ChannelError("down")
    breaker = Breaker("email", DynamoBreakers(DELIVERIES, away("update_item")), clock)

    found = {tried(breaker, provider) for _ in range(2 * FAILURES_TO_OPEN)}

    assert found == {"ChannelError"}
    assert "breaker not written: calls go through" in caplog.text


def test_a_probe_that_cannot_be_taken_down_is_sent_all_the_same(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    provider.error = ChannelError("down")
    for _ in range(FAILURES_TO_OPEN):
        tried(an_instance(clock), provider)
    provider.error = None
    clock.now += FIRST_COOL_DOWN_SECONDS
    breaker = Breaker("email", DynamoBreakers(DELIVERIES, away("update_item")), clock)

    assert tried(breaker, provider).startswith("m-")
    assert "breaker closed" not in caplog.text


def test_a_breaker_never_stands_in_the_way_of_a_delivery_of_the_same_key(clock: Clock) -> None:
    """An event may have any id, even the one under which breakers are kept."""
    provider = Provider()
    provider.error = ChannelError("down")
    tried(an_instance(clock), provider)

    key = {"event_id": {"S": "breakers"}, "channel": {"S": "email"}}
    assert "Item" not in aws.client("dynamodb").get_item(TableName=DELIVERIES, Key=key)

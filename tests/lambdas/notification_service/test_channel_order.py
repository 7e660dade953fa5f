"""Which channels an event is offered to, in which order, and whether there is time for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.circuit_breaker.channel import with_circuit_breakers
from serverless_runtime.notification_service.circuit_breaker.dynamo_store import (
    DynamoCircuitBreakerStore,
)
from serverless_runtime.notification_service.delivery_leases import DeliveryLeases
from serverless_runtime.notification_service.dynamo_delivery_leases import DynamoDeliveryLeases
from serverless_runtime.notification_service.notify_channels import (
    RECORD_SECONDS,
    NotDeliveredError,
    notify_channels,
)
from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from serverless_runtime.notification_service.settings.kinds import KINDS
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    RecordingDeadLetters,
    reject,
)
from tests.lambdas.notification_service.in_memory_delivery_leases import InMemoryDeliveryLeases
from tests.lambdas.notification_service.lambda_fleet import Provider
from tests.lambdas.notification_service.sample_delivery import EVENT
from tests.lambdas.tables import DELIVERIES


def test_a_channel_gets_only_events_that_it_subscribes_to(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters
) -> None:
    wanting, other = RecordingChannel("email"), RecordingChannel("sms")
    wanting.event_types = ["task.created.v1"]
    other.event_types = ["task.completed.v1", "task.deleted.v1"]

    notify_channels(EVENT, deliveries, [wanting, other], dead_letters)

    assert (wanting.calls, other.calls) == (1, 0)


def test_an_event_without_subscribers_is_completed_and_logged(
    in_memory: InMemoryDeliveryLeases,
    dead_letters: RecordingDeadLetters,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    channel = RecordingChannel()
    channel.event_types = ["task.deleted.v1"]

    notify_channels(EVENT, in_memory, [channel], dead_letters)

    assert (channel.calls, in_memory.rows) == (0, {})
    [record] = caplog.records
    assert record.message == "no channel subscribes to this event"
    assert vars(record)["event_id"] == EVENT.event_id


def until_the_end(clock: Clock) -> Callable[[], float]:
    """The time that Lambda reports to be left of an invocation that begins now."""
    ends = clock.now + TIMEOUT_SECONDS
    return lambda: ends - clock.now


def left(seconds: float) -> Callable[[], float]:
    return lambda: seconds


def test_a_channel_is_not_started_when_its_time_may_run_out(
    in_memory: InMemoryDeliveryLeases, dead_letters: RecordingDeadLetters
) -> None:
    channel, needed = RecordingChannel(), RecordingChannel.budget_seconds + RECORD_SECONDS

    with pytest.raises(NotDeliveredError) as caught:
        notify_channels(EVENT, in_memory, [channel], dead_letters, left(needed - 1))

    assert str(caught.value) == (
        "email: not started: it may take 20 s, and the function has 19 s left"
    )
    assert (channel.calls, in_memory.rows) == (0, {})

    notify_channels(EVENT, in_memory, [channel], dead_letters, left(needed))
    assert channel.sent == [EVENT.event_id]


def test_what_was_not_started_is_left_to_the_next_attempt(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, clock: Clock
) -> None:
    slow, other = RecordingChannel("email"), RecordingChannel("sms")

    def take_long() -> None:
        clock.now += 30

    slow.before_sending = take_long
    with pytest.raises(NotDeliveredError, match=r"^sms: not started"):
        notify_channels(EVENT, deliveries, [slow, other], dead_letters, until_the_end(clock))
    clock.now += 60
    notify_channels(EVENT, deliveries, [slow, other], dead_letters, until_the_end(clock))

    assert slow.sent == other.sent == [EVENT.event_id]


def test_slow_channels_that_fail_do_not_use_up_the_time_of_another(
    aws_in_memory: None, dead_letters: RecordingDeadLetters, clock: Clock
) -> None:
    slow = [Provider("email", down=ChannelError("no response")) for _ in range(3)]
    for number, provider in enumerate(slow):
        provider.name = f"slow-{number}"
        provider.meanwhile = lambda: setattr(clock, "now", clock.now + 11)
    last = Provider("last")
    channels = [provider.channel() for provider in (*slow, last)]
    deliveries = DynamoDeliveryLeases(DELIVERIES, clock=clock)

    not_started = []
    for _ in range(3):
        instance = with_circuit_breakers(channels, DynamoCircuitBreakerStore(DELIVERIES), clock)
        with pytest.raises(NotDeliveredError) as caught:
            notify_channels(EVENT, deliveries, instance, dead_letters, until_the_end(clock))
        not_started.append("last: not started" in str(caught.value))
        clock.now += 60

    assert not_started == [True, False, False]
    assert last.accepted == [EVENT.event_id]


def test_channels_keep_their_order_while_no_provider_fails(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters
) -> None:
    channels = [RecordingChannel(name) for name in ("sms", "email", "push")]
    channels[1].failures = 1
    for channel in channels:
        channel.before_sending = reject

    with pytest.raises(NotDeliveredError, match=r"^sms: .*; push: .*; email: "):
        notify_channels(EVENT, deliveries, channels, dead_letters)


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_time_for_any_channel_when_the_function_begins(kind: str) -> None:
    assert KINDS[kind].budget_seconds + RECORD_SECONDS <= TIMEOUT_SECONDS - 10

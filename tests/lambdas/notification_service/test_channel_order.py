"""Which channels an event is offered to, in which order, and whether there is time for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.circuit_breaker_channel import (
    circuit_breaker_rows,
    with_circuit_breakers,
)
from serverless_runtime.notification_service.delivery.every_channel import (
    RECORD_SECONDS,
    NotDeliveredError,
)
from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from serverless_runtime.notification_service.settings.kinds import KINDS
from serverless_runtime.once.leases import Leases
from serverless_runtime.once.settings import Guarantee
from tests.lambdas.notification_service.fakes import (
    Clock,
    KilledError,
    RecordingChannel,
    raises,
    reject,
)
from tests.lambdas.notification_service.lambda_fleet import Provider
from tests.lambdas.notification_service.sample_delivery import EVENT, Service, lease, start
from tests.lambdas.tables import DELIVERIES


def test_a_channel_gets_only_events_that_it_subscribes_to(service: Service) -> None:
    wanting, other = RecordingChannel("email"), RecordingChannel("sms")
    wanting.event_types = ["task.created.v1"]
    other.event_types = ["task.completed.v1", "task.deleted.v1"]

    service.notify(wanting, other)

    assert (wanting.calls, other.calls) == (1, 0)


def test_an_event_without_subscribers_is_completed_and_logged(
    in_memory: Leases, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    channel = RecordingChannel()
    channel.event_types = ["task.deleted.v1"]

    Service(in_memory, clock).notify(channel)

    assert channel.calls == 0
    assert start(in_memory, lease()) == "acquired", "no row keeps anybody out"
    [record] = caplog.records
    assert record.message == "no channel subscribes to this event"
    assert vars(record)["event_id"] == EVENT.event_id


def until_the_end(clock: Clock) -> Callable[[], float]:
    """The time that Lambda reports to be left of an invocation that begins now."""
    ends = clock.now + TIMEOUT_SECONDS
    return lambda: ends - clock.now


def test_a_channel_is_not_started_when_its_time_may_run_out(
    in_memory: Leases, clock: Clock
) -> None:
    service = Service(in_memory, clock)
    channel, needed = RecordingChannel(), RecordingChannel.budget_seconds + RECORD_SECONDS

    with pytest.raises(NotDeliveredError) as caught:
        service.notify(channel, seconds_left=lambda: needed - 1)

    assert str(caught.value) == (
        "email: not started: it may take 20 s, and the function has 19 s left"
    )
    assert channel.calls == 0

    service.notify(channel, seconds_left=lambda: needed)
    assert channel.sent == [EVENT.event_id]


def test_what_was_not_started_is_left_to_the_next_attempt(service: Service) -> None:
    slow, other = RecordingChannel("email"), RecordingChannel("sms")

    def take_long() -> None:
        service.clock.now += 30

    slow.before_sending = take_long
    with pytest.raises(NotDeliveredError, match=r"^sms: not started"):
        service.notify(slow, other, seconds_left=until_the_end(service.clock))
    service.clock.now += 60
    service.notify(slow, other, seconds_left=until_the_end(service.clock))

    assert slow.sent == other.sent == [EVENT.event_id]


def test_slow_channels_that_fail_do_not_use_up_the_time_of_another(
    aws_in_memory: None, clock: Clock
) -> None:
    slow = [Provider("email", down=ChannelError("no response")) for _ in range(3)]
    for number, provider in enumerate(slow):
        provider.name = f"slow-{number}"
        provider.meanwhile = lambda: setattr(clock, "now", clock.now + 11)
    last = Provider("last")
    channels = [provider.channel() for provider in (*slow, last)]
    service = Service(Leases(DELIVERIES, clock=clock), clock)

    not_started = []
    for _ in range(3):
        instance = with_circuit_breakers(channels, circuit_breaker_rows(DELIVERIES), clock)
        with pytest.raises(NotDeliveredError) as caught:
            service.notify(*instance, seconds_left=until_the_end(clock))
        not_started.append("last: not started" in str(caught.value))
        clock.now += 60

    assert not_started == [True, False, False]
    assert last.accepted == [EVENT.event_id]


def test_channels_keep_their_order_while_no_provider_fails(service: Service) -> None:
    channels = [RecordingChannel(name) for name in ("sms", "email", "push")]
    channels[1].failures = 1
    for channel in channels:
        channel.before_sending = reject

    with pytest.raises(NotDeliveredError, match=r"^sms: .*; push: .*; email: "):
        service.notify(*channels)


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_time_for_any_channel_when_the_function_begins(kind: str) -> None:
    assert KINDS[kind].budget_seconds + RECORD_SECONDS <= TIMEOUT_SECONDS - 10


@pytest.mark.parametrize("guarantee", ["at_least_once", "at_most_once"])
def test_a_channel_that_ends_the_function_does_not_starve_the_others(
    service: Service, guarantee: Guarantee
) -> None:
    deadly, slow = RecordingChannel("deadly", guarantee), RecordingChannel("slow")
    last = RecordingChannel("last")
    deadly.before_sending = slow.before_sending = raises(KilledError())

    for _ in range(2):
        with pytest.raises(KilledError):
            service.notify(deadly, slow, last)
        service.let_leases_expire()
    assert (deadly.calls, slow.calls, last.calls) == (1, 1, 0)

    deadly.before_sending = slow.before_sending = lambda: None
    service.notify(deadly, slow, last)

    assert last.sent == slow.sent == [EVENT.event_id]
    assert bool(deadly.sent) is (guarantee == "at_least_once")
    assert last.served_before(slow)

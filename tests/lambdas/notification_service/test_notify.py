from __future__ import annotations

from collections.abc import Callable

import pytest

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.dynamo_deliveries import LEASE_SECONDS
from lambdas.notification_service.notify import (
    ChannelError,
    DeliveryInProgressError,
    Lease,
    NotDeliveredError,
    notify,
)
from tests.lambdas.notification_service.in_memory_deliveries import InMemoryDeliveries
from tests.lambdas.samples import an_event

EVENT = an_event()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class RecordingChannel:
    def __init__(self, name: str = "email") -> None:
        self.name = name
        self.sent: list[str] = []
        self.before_sending: Callable[[], None] = lambda: None

    def send(self, event: TaskEvent) -> str:
        self.before_sending()
        self.sent.append(event.event_id)
        return f"{self.name}-{len(self.sent)}"


def refuse() -> None:
    raise ChannelError("the provider said no")


def fail() -> None:
    raise KeyError("x")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deliveries(clock: Clock) -> InMemoryDeliveries:
    return InMemoryDeliveries(clock)


def test_the_same_event_twice_is_sent_once(
    deliveries: InMemoryDeliveries, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    channel = RecordingChannel()

    notify(EVENT, deliveries, [channel])
    notify(EVENT.replayed(), deliveries, [channel])

    assert channel.sent == [EVENT.event_id]
    assert [record.message for record in caplog.records] == [
        "notification sent",
        "duplicate event skipped",
    ]
    assert vars(caplog.records[0])["correlation_id"] == "order-4711"


def test_a_failed_channel_is_retried_and_a_served_one_is_not(
    deliveries: InMemoryDeliveries,
) -> None:
    broken, email = RecordingChannel("sms"), RecordingChannel("email")
    broken.before_sending = refuse

    with pytest.raises(NotDeliveredError, match=r"^sms: the provider said no$"):
        notify(EVENT, deliveries, [broken, email])
    assert email.sent == [EVENT.event_id]

    broken.before_sending = lambda: None
    notify(EVENT, deliveries, [broken, email])

    assert broken.sent == email.sent == [EVENT.event_id]


def test_every_channel_that_failed_is_named_with_its_reason(
    deliveries: InMemoryDeliveries,
) -> None:
    refusing, faulty = RecordingChannel("sms"), RecordingChannel("push")
    refusing.before_sending = refuse
    faulty.before_sending = fail

    expected = "^sms: the provider said no; push: KeyError: 'x'$"
    with pytest.raises(NotDeliveredError, match=expected):
        notify(EVENT, deliveries, [refusing, faulty])


def test_a_second_attempt_at_the_same_moment_leaves_it_to_the_first(
    deliveries: InMemoryDeliveries,
) -> None:
    channel = RecordingChannel()
    deliveries.start(EVENT, Lease(event_id=EVENT.event_id, channel="email", owner="first"))

    with pytest.raises(DeliveryInProgressError, match="email: another attempt holds this event"):
        notify(EVENT, deliveries, [channel])

    assert channel.sent == []


def test_an_attempt_that_was_killed_is_taken_over_when_its_lease_ends(
    deliveries: InMemoryDeliveries, clock: Clock
) -> None:
    channel = RecordingChannel()
    deliveries.start(EVENT, Lease(event_id=EVENT.event_id, channel="email", owner="killed"))
    clock.now += LEASE_SECONDS + 1

    notify(EVENT, deliveries, [channel])

    assert channel.sent == [EVENT.event_id]


def test_a_late_attempt_that_may_have_sent_twice_says_so(
    deliveries: InMemoryDeliveries, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    late, quick = RecordingChannel(), RecordingChannel()

    def be_overtaken() -> None:
        clock.now += LEASE_SECONDS + 1
        notify(EVENT, deliveries, [quick])

    late.before_sending = be_overtaken
    notify(EVENT, deliveries, [late])

    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == "sent after another attempt took over: perhaps twice"
    assert vars(record)["event_id"] == EVENT.event_id


class FaultyDeliveries(InMemoryDeliveries):
    def finish(self, lease: Lease, provider_id: str) -> bool:
        raise ConnectionError("table is away")

    def release(self, lease: Lease) -> bool:
        raise ConnectionError("table is away")


def test_a_delivery_that_could_not_be_recorded_is_not_given_back(clock: Clock) -> None:
    deliveries, channel = FaultyDeliveries(clock), RecordingChannel()

    with pytest.raises(NotDeliveredError) as caught:
        notify(EVENT, deliveries, [channel])

    assert str(caught.value) == (
        "email: sent as email-1, but that could not be recorded "
        "(ConnectionError: table is away); a retry sends it again"
    )
    assert deliveries.rows, "the lease keeps a retry away for a while"


def test_the_providers_reason_survives_a_failed_release(clock: Clock) -> None:
    channel = RecordingChannel()
    channel.before_sending = refuse

    with pytest.raises(NotDeliveredError, match=r"^email: the provider said no$"):
        notify(EVENT, FaultyDeliveries(clock), [channel])

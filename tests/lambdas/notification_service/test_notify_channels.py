from __future__ import annotations

import pytest

from serverless_runtime.notification_service.delivery_leases import (
    DeliveryInProgressError,
    DeliveryLeases,
    Lease,
)
from serverless_runtime.notification_service.dynamo_delivery_leases import LEASE_SECONDS
from serverless_runtime.notification_service.notify_channels import (
    NotDeliveredError,
    notify_channels,
)
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    RecordingDeadLetters,
    raises,
    reject,
)
from tests.lambdas.notification_service.in_memory_delivery_leases import InMemoryDeliveryLeases
from tests.lambdas.notification_service.sample_delivery import EVENT, lease, start


def test_the_same_event_twice_is_sent_once(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    channel = RecordingChannel()

    notify_channels(EVENT, deliveries, [channel], dead_letters)
    notify_channels(EVENT.replayed(), deliveries, [channel], dead_letters)

    assert channel.sent == [EVENT.event_id]
    assert [record.message for record in caplog.records] == [
        "notification sent",
        "duplicate event skipped",
    ]
    assert vars(caplog.records[0])["correlation_id"] == "order-4711"


def test_a_failed_channel_is_retried_and_a_served_one_is_not(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
) -> None:
    broken, email = RecordingChannel("sms"), RecordingChannel("email")
    broken.before_sending = reject

    with pytest.raises(NotDeliveredError, match=r"^sms: the provider rejected it$"):
        notify_channels(EVENT, deliveries, [broken, email], dead_letters)
    assert email.sent == [EVENT.event_id]

    broken.before_sending = lambda: None
    notify_channels(EVENT, deliveries, [broken, email], dead_letters)

    assert broken.sent == email.sent == [EVENT.event_id]


def test_a_sibling_that_fails_twice_costs_nobody_a_second_message(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters
) -> None:
    email, sms = RecordingChannel("email"), RecordingChannel("sms")

    for _ in range(2):
        sms.before_sending = reject
        with pytest.raises(NotDeliveredError, match=r"^sms: the provider rejected it$"):
            notify_channels(EVENT, deliveries, [email, sms], dead_letters)
    sms.before_sending = lambda: None
    notify_channels(EVENT, deliveries, [email, sms], dead_letters)

    assert (email.calls, sms.calls) == (1, 3)
    assert email.sent == sms.sent == [EVENT.event_id]
    assert dead_letters.reasons == []


def test_an_attempt_that_fails_after_it_was_overtaken_cannot_undo_the_others_work(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, clock: Clock
) -> None:
    late, quick = RecordingChannel(), RecordingChannel()

    def be_overtaken_and_fail() -> None:
        clock.now += LEASE_SECONDS + 1
        notify_channels(EVENT, deliveries, [quick], dead_letters)
        reject()

    late.before_sending = be_overtaken_and_fail
    with pytest.raises(NotDeliveredError):
        notify_channels(EVENT, deliveries, [late], dead_letters)
    late.before_sending = lambda: None
    notify_channels(EVENT, deliveries, [late], dead_letters)

    assert (late.sent, quick.sent) == ([], [EVENT.event_id])


def test_every_channel_that_failed_is_named_with_its_reason(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
) -> None:
    rejecting, faulty = RecordingChannel("sms"), RecordingChannel("push")
    rejecting.before_sending = reject
    faulty.before_sending = raises(KeyError("x"))

    expected = "^sms: the provider rejected it; push: KeyError: 'x'$"
    with pytest.raises(NotDeliveredError, match=expected):
        notify_channels(EVENT, deliveries, [rejecting, faulty], dead_letters)


def test_a_concurrent_attempt_leaves_it_to_the_first(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
) -> None:
    channel = RecordingChannel()
    start(deliveries, lease("first"))

    with pytest.raises(
        DeliveryInProgressError, match="email: another attempt holds the lease of this event"
    ):
        notify_channels(EVENT, deliveries, [channel], dead_letters)

    assert channel.sent == []


def test_an_attempt_that_was_killed_is_taken_over_when_its_lease_ends(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, clock: Clock
) -> None:
    channel = RecordingChannel()
    start(deliveries, lease("killed"))
    clock.now += LEASE_SECONDS + 1

    notify_channels(EVENT, deliveries, [channel], dead_letters)

    assert channel.sent == [EVENT.event_id]


def test_a_late_attempt_that_may_have_sent_twice_is_logged(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    late, quick = RecordingChannel(), RecordingChannel()

    def be_overtaken() -> None:
        clock.now += LEASE_SECONDS + 1
        notify_channels(EVENT, deliveries, [quick], dead_letters)

    late.before_sending = be_overtaken
    notify_channels(EVENT, deliveries, [late], dead_letters)

    assert quick.sent == late.sent == [EVENT.event_id]
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == "sent after another attempt took over: possibly twice"
    assert vars(record)["event_id"] == EVENT.event_id


class FaultyDeliveries(InMemoryDeliveryLeases):
    def complete(self, lease: Lease, provider_id: str) -> bool:
        raise ConnectionError("table is unavailable")

    def release(self, lease: Lease, reason: str) -> bool:
        raise ConnectionError("table is unavailable")


def test_a_delivery_that_could_not_be_recorded_is_not_released(
    clock: Clock, dead_letters: RecordingDeadLetters
) -> None:
    deliveries, channel = FaultyDeliveries(clock), RecordingChannel()

    with pytest.raises(NotDeliveredError) as caught:
        notify_channels(EVENT, deliveries, [channel], dead_letters)

    assert str(caught.value) == (
        "email: sent as email-1, but the delivery was not recorded "
        "(ConnectionError: table is unavailable); a retry sends it again"
    )
    assert deliveries.rows, "the lease keeps a retry away for a while"


def test_the_providers_reason_survives_a_failed_release(
    clock: Clock, dead_letters: RecordingDeadLetters
) -> None:
    channel = RecordingChannel()
    channel.before_sending = reject

    with pytest.raises(NotDeliveredError, match=r"^email: the provider rejected it$"):
        notify_channels(EVENT, FaultyDeliveries(clock), [channel], dead_letters)

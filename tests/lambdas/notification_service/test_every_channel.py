from __future__ import annotations

import pytest

from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
)
from serverless_runtime.once.leases import InProgressError, Lease, Leases
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    raises,
    reject,
)
from tests.lambdas.notification_service.sample_delivery import (
    EVENT,
    Service,
    in_memory_leases,
    lease,
    start,
)


def test_the_same_event_twice_is_sent_once(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    channel = RecordingChannel()

    service.notify(channel)
    service.notify(channel, event=EVENT.replayed())

    assert channel.sent == [EVENT.event_id]
    assert [record.message for record in caplog.records] == [
        "notification sent",
        "duplicate event skipped",
    ]
    assert vars(caplog.records[0])["correlation_id"] == "order-4711"


def test_a_failed_channel_is_retried_and_a_served_one_is_not(service: Service) -> None:
    broken, email = RecordingChannel("sms"), RecordingChannel("email")
    broken.before_sending = reject

    with pytest.raises(NotDeliveredError, match=r"^sms: the provider rejected it$"):
        service.notify(broken, email)
    assert email.sent == [EVENT.event_id]

    broken.before_sending = lambda: None
    service.notify(broken, email)

    assert broken.sent == email.sent == [EVENT.event_id]


def test_a_sibling_that_fails_twice_costs_nobody_a_second_message(service: Service) -> None:
    email, sms = RecordingChannel("email"), RecordingChannel("sms")

    for _ in range(2):
        sms.before_sending = reject
        with pytest.raises(NotDeliveredError, match=r"^sms: the provider rejected it$"):
            service.notify(email, sms)
    sms.before_sending = lambda: None
    service.notify(email, sms)

    assert (email.calls, sms.calls) == (1, 3)
    assert email.sent == sms.sent == [EVENT.event_id]
    assert service.dead_letters.reasons == []


def test_an_attempt_that_fails_after_it_was_overtaken_cannot_undo_the_others_work(
    service: Service,
) -> None:
    late, quick = RecordingChannel(), RecordingChannel()

    def be_overtaken_and_fail() -> None:
        service.let_leases_expire()
        service.notify(quick)
        reject()

    late.before_sending = be_overtaken_and_fail
    with pytest.raises(NotDeliveredError):
        service.notify(late)
    late.before_sending = lambda: None
    service.notify(late)

    assert (late.sent, quick.sent) == ([], [EVENT.event_id])


def test_every_channel_that_failed_is_named_with_its_reason(service: Service) -> None:
    refusing, faulty = RecordingChannel("sms"), RecordingChannel("push")
    refusing.before_sending = reject
    faulty.before_sending = raises(KeyError("x"))

    expected = "^sms: the provider rejected it; push: KeyError: 'x'$"
    with pytest.raises(NotDeliveredError, match=expected):
        service.notify(refusing, faulty)


def test_a_concurrent_attempt_leaves_it_to_the_first(service: Service) -> None:
    channel = RecordingChannel()
    start(service.leases, lease("first"))

    with pytest.raises(
        InProgressError, match="email: another attempt holds the lease of this event"
    ):
        service.notify(channel)

    assert channel.sent == []


def test_an_attempt_that_was_killed_is_taken_over_when_its_lease_ends(service: Service) -> None:
    channel = RecordingChannel()
    start(service.leases, lease("killed"))
    service.let_leases_expire()

    service.notify(channel)

    assert channel.sent == [EVENT.event_id]


def test_a_late_attempt_that_may_have_sent_twice_is_logged(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    late, quick = RecordingChannel(), RecordingChannel()

    def be_overtaken() -> None:
        service.let_leases_expire()
        service.notify(quick)

    late.before_sending = be_overtaken
    service.notify(late)

    assert quick.sent == late.sent == [EVENT.event_id]
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == "sent after another attempt took over: possibly twice"
    assert vars(record)["event_id"] == EVENT.event_id


class FaultyDeliveries(Leases):
    def complete(self, lease: Lease, result: str | None) -> bool:
        raise ConnectionError("table is unavailable")

    def release(self, lease: Lease, reason: str) -> bool:
        raise ConnectionError("table is unavailable")


def test_a_delivery_that_could_not_be_recorded_is_not_released(clock: Clock) -> None:
    service, channel = Service(in_memory_leases(clock, FaultyDeliveries), clock), RecordingChannel()

    with pytest.raises(NotDeliveredError) as caught:
        service.notify(channel)

    assert str(caught.value) == (
        "email: sent as email-1, but the delivery was not recorded "
        "(ConnectionError: table is unavailable); a retry sends it again"
    )
    with pytest.raises(InProgressError):  # The lease keeps a retry away for a while.
        service.notify(channel)


def test_the_providers_reason_survives_a_failed_release(clock: Clock) -> None:
    channel = RecordingChannel()
    channel.before_sending = reject

    with pytest.raises(NotDeliveredError, match=r"^email: the provider rejected it$"):
        Service(in_memory_leases(clock, FaultyDeliveries), clock).notify(channel)

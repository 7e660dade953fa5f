"""It is unknown whether an attempt has sent: the channel's guarantee decides what happens."""

from __future__ import annotations

import pytest

from serverless_runtime.notification_service.channel import UnknownOutcomeError
from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
)
from serverless_runtime.once.leases import Lease, Leases
from tests.lambdas.notification_service.fakes import (
    Clock,
    KilledError,
    RecordingChannel,
    be_killed,
    raises,
    reject,
)
from tests.lambdas.notification_service.sample_delivery import EVENT, Service, in_memory_leases

NOT_SENT_AGAIN = (
    "the outcome is unknown, and this channel sends at most once: check whether the message has "
    "arrived, then purge this dead letter, or replay it to send the message"
)


@pytest.fixture
def once() -> RecordingChannel:
    return RecordingChannel("sms", guarantee="at_most_once")


def kill_an_attempt(service: Service, channel: RecordingChannel) -> None:
    channel.before_sending = be_killed
    with pytest.raises(KilledError):
        service.notify(channel)
    channel.before_sending = lambda: None


def test_after_a_killed_attempt_the_event_is_dead_lettered_at_once(
    service: Service, once: RecordingChannel
) -> None:
    kill_an_attempt(service, once)
    service.let_leases_expire()

    for _ in range(2):
        service.notify(once)

    assert once.calls == 1
    assert service.dead_letters.reasons == [
        f"sms: an earlier attempt began to send and never reported an outcome; {NOT_SENT_AGAIN}"
    ]
    assert service.dead_letters.error_types == ["UnknownOutcomeError"]


def test_the_persons_replay_sends(service: Service, once: RecordingChannel) -> None:
    kill_an_attempt(service, once)
    service.let_leases_expire()
    service.notify(once)

    service.notify(once, event=EVENT.replayed())
    service.notify(once, event=EVENT.replayed())

    assert once.sent == [EVENT.event_id]
    assert len(service.dead_letters.reasons) == 1


def test_a_known_failure_is_retried_however_strict_the_guarantee(
    service: Service, once: RecordingChannel
) -> None:
    once.before_sending = reject
    with pytest.raises(NotDeliveredError):
        service.notify(once)

    once.before_sending = lambda: None
    service.notify(once)

    assert once.sent == [EVENT.event_id]
    assert service.dead_letters.reasons == []


@pytest.mark.parametrize("error", [UnknownOutcomeError("no response"), KeyError("a fault of ours")])
def test_an_error_that_does_not_say_that_nothing_was_sent_is_an_unknown_outcome(
    service: Service, once: RecordingChannel, error: Exception
) -> None:
    once.before_sending = raises(error)

    for _ in range(2):
        service.notify(once)

    assert once.calls == 1
    [reason] = service.dead_letters.reasons
    assert reason.endswith(NOT_SENT_AGAIN)


def test_while_the_queue_is_away_an_unknown_outcome_stays_unknown(
    service: Service, once: RecordingChannel
) -> None:
    once.before_sending = raises(UnknownOutcomeError("no response"))
    service.dead_letters.rejects = True
    with pytest.raises(NotDeliveredError, match=r"^sms: no response; .* queue is unavailable\)$"):
        service.notify(once)

    service.let_leases_expire()
    service.dead_letters.rejects = False
    service.notify(once)

    assert once.calls == len(service.dead_letters.reasons) == 1


def test_an_attempt_that_sends_after_it_was_dead_lettered_says_what_to_do(
    service: Service, once: RecordingChannel, caplog: pytest.LogCaptureFixture
) -> None:
    second = RecordingChannel("sms", guarantee="at_most_once")

    def be_overtaken() -> None:
        service.let_leases_expire()
        service.notify(second)

    once.before_sending = be_overtaken
    service.notify(once)

    assert (once.sent, second.sent) == ([EVENT.event_id], [])
    assert "sent after it was dead-lettered: purge its dead letter" in caplog.text


class ForgetfulDeliveries(Leases):
    def complete(self, lease: Lease, result: str | None) -> bool:
        raise ConnectionError("table is unavailable")


def test_what_was_sent_is_not_reported_as_failed_because_of_its_record(
    clock: Clock, once: RecordingChannel
) -> None:
    service = Service(in_memory_leases(clock, ForgetfulDeliveries), clock)
    service.notify(once)

    assert once.sent == [EVENT.event_id]
    assert service.dead_letters.reasons == []

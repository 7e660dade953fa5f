"""It is unknown whether an attempt has sent: the channel's guarantee decides what happens."""

from __future__ import annotations

import pytest

from serverless_runtime.notification_service.channel import (
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.delivery_leases import (
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
    KilledError,
    RecordingChannel,
    RecordingDeadLetters,
    be_killed,
    raises,
    reject,
)
from tests.lambdas.notification_service.in_memory_delivery_leases import InMemoryDeliveryLeases
from tests.lambdas.notification_service.sample_delivery import EVENT

NOT_SENT_AGAIN = (
    "the outcome is unknown, and this channel sends at most once: check whether the message has "
    "arrived, then purge this dead letter, or replay it to send the message"
)


@pytest.fixture
def once() -> RecordingChannel:
    return RecordingChannel("sms", guarantee="at_most_once")


def kill_an_attempt(
    deliveries: DeliveryLeases, channel: RecordingChannel, dead_letters: RecordingDeadLetters
) -> None:
    channel.before_sending = be_killed
    with pytest.raises(KilledError):
        notify_channels(EVENT, deliveries, [channel], dead_letters)
    channel.before_sending = lambda: None


def test_after_a_killed_attempt_the_event_is_dead_lettered_at_once(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
    clock: Clock,
    once: RecordingChannel,
) -> None:
    kill_an_attempt(deliveries, once, dead_letters)
    clock.now += LEASE_SECONDS + 1

    for _ in range(2):
        notify_channels(EVENT, deliveries, [once], dead_letters)

    assert once.calls == 1
    assert dead_letters.reasons == [
        f"sms: an earlier attempt began to send and never reported an outcome; {NOT_SENT_AGAIN}"
    ]
    assert dead_letters.error_types == ["UnknownOutcomeError"]


def test_the_persons_replay_sends(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
    clock: Clock,
    once: RecordingChannel,
) -> None:
    kill_an_attempt(deliveries, once, dead_letters)
    clock.now += LEASE_SECONDS + 1
    notify_channels(EVENT, deliveries, [once], dead_letters)

    notify_channels(EVENT.replayed(), deliveries, [once], dead_letters)
    notify_channels(EVENT.replayed(), deliveries, [once], dead_letters)

    assert once.sent == [EVENT.event_id]
    assert len(dead_letters.reasons) == 1


def test_a_known_failure_is_retried_however_strict_the_guarantee(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, once: RecordingChannel
) -> None:
    once.before_sending = reject
    with pytest.raises(NotDeliveredError):
        notify_channels(EVENT, deliveries, [once], dead_letters)

    once.before_sending = lambda: None
    notify_channels(EVENT, deliveries, [once], dead_letters)

    assert once.sent == [EVENT.event_id]
    assert dead_letters.reasons == []


@pytest.mark.parametrize("error", [UnknownOutcomeError("no response"), KeyError("a fault of ours")])
def test_an_error_that_does_not_rule_out_sending_is_an_unknown_outcome(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
    once: RecordingChannel,
    error: Exception,
) -> None:
    once.before_sending = raises(error)

    for _ in range(2):
        notify_channels(EVENT, deliveries, [once], dead_letters)

    assert once.calls == 1
    [reason] = dead_letters.reasons
    assert reason.endswith(NOT_SENT_AGAIN)


def test_while_the_queue_is_unavailable_an_unknown_outcome_stays_unknown(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
    clock: Clock,
    once: RecordingChannel,
) -> None:
    once.before_sending = raises(UnknownOutcomeError("no response"))
    dead_letters.rejects = True
    with pytest.raises(NotDeliveredError, match=r"^sms: no response; .* queue is unavailable\)$"):
        notify_channels(EVENT, deliveries, [once], dead_letters)

    clock.now += LEASE_SECONDS + 1
    dead_letters.rejects = False
    notify_channels(EVENT, deliveries, [once], dead_letters)

    assert once.calls == len(dead_letters.reasons) == 1


def test_an_attempt_that_sends_after_it_was_dead_lettered_logs_what_to_do(
    deliveries: DeliveryLeases,
    dead_letters: RecordingDeadLetters,
    clock: Clock,
    once: RecordingChannel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    second = RecordingChannel("sms", guarantee="at_most_once")

    def be_overtaken() -> None:
        clock.now += LEASE_SECONDS + 1
        notify_channels(EVENT, deliveries, [second], dead_letters)

    once.before_sending = be_overtaken
    notify_channels(EVENT, deliveries, [once], dead_letters)

    assert (once.sent, second.sent) == ([EVENT.event_id], [])
    assert "sent after it was dead-lettered: purge its dead letter" in caplog.text


class ForgetfulDeliveries(InMemoryDeliveryLeases):
    def complete(self, lease: Lease, provider_id: str) -> bool:
        raise ConnectionError("table is unavailable")


def test_what_was_sent_is_not_reported_as_failed_because_of_its_record(
    clock: Clock, dead_letters: RecordingDeadLetters, once: RecordingChannel
) -> None:
    notify_channels(EVENT, ForgetfulDeliveries(clock), [once], dead_letters)

    assert once.sent == [EVENT.event_id]
    assert dead_letters.reasons == []

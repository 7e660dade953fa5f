"""What a retry cannot help is a dead letter after one attempt, and only one dead letter."""

from __future__ import annotations

import pytest

from serverless_runtime.notification_service.channel import PermanentChannelError
from serverless_runtime.notification_service.delivery_leases import DeliveryLeases, Lease
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
from tests.lambdas.notification_service.sample_delivery import EVENT

reject_for_good = raises(PermanentChannelError("no such address"))


@pytest.fixture
def hopeless() -> RecordingChannel:
    channel = RecordingChannel("email")
    channel.before_sending = reject_for_good
    return channel


def test_the_first_attempt_dead_letters_and_succeeds(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    notify_channels(EVENT, deliveries, [hopeless], dead_letters)

    assert hopeless.calls == 1
    assert dead_letters.reasons == ["email: no such address"]
    assert dead_letters.error_types == ["PermanentChannelError"]


def test_the_same_event_again_neither_sends_nor_dead_letters(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    for _ in range(3):
        notify_channels(EVENT, deliveries, [hopeless], dead_letters)

    assert hopeless.calls == len(dead_letters.reasons) == 1


def test_the_other_channels_are_served_and_retried(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    failing, well = RecordingChannel("sms"), RecordingChannel("push")
    failing.before_sending = reject

    for _ in range(2):
        with pytest.raises(NotDeliveredError, match=r"^sms: the provider rejected it$"):
            notify_channels(EVENT, deliveries, [hopeless, failing, well], dead_letters)
    failing.before_sending = lambda: None
    notify_channels(EVENT, deliveries, [hopeless, failing, well], dead_letters)

    assert (hopeless.calls, failing.calls, well.calls) == (1, 3, 1)
    assert dead_letters.reasons == ["email: no such address"]


def test_a_replay_tries_the_channel_again_and_leaves_the_others_alone(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    other = RecordingChannel("sms")
    notify_channels(EVENT, deliveries, [hopeless, other], dead_letters)

    hopeless.before_sending = lambda: None
    notify_channels(EVENT.replayed(), deliveries, [hopeless, other], dead_letters)

    assert hopeless.sent == other.sent == [EVENT.event_id]
    assert len(dead_letters.reasons) == 1


def test_a_replay_that_is_rejected_again_is_dead_lettered_again(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    for event in (EVENT, EVENT.replayed(), EVENT.replayed()):
        notify_channels(event, deliveries, [hopeless], dead_letters)

    assert hopeless.calls == len(dead_letters.reasons) == 2


def test_a_replay_that_fails_for_now_is_retried(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    notify_channels(EVENT, deliveries, [hopeless], dead_letters)
    hopeless.before_sending = reject
    with pytest.raises(NotDeliveredError):
        notify_channels(EVENT.replayed(), deliveries, [hopeless], dead_letters)

    hopeless.before_sending = lambda: None
    notify_channels(EVENT.replayed(), deliveries, [hopeless], dead_letters)

    assert hopeless.sent == [EVENT.event_id]


def test_what_the_queue_does_not_accept_is_left_to_lambda(
    deliveries: DeliveryLeases, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    dead_letters.rejects = True
    with pytest.raises(NotDeliveredError) as caught:
        notify_channels(EVENT, deliveries, [hopeless], dead_letters)
    assert str(caught.value) == (
        "email: no such address "
        "(and the event could not be dead-lettered: ConnectionError: queue is unavailable)"
    )

    dead_letters.rejects = False
    notify_channels(EVENT, deliveries, [hopeless], dead_letters)

    assert dead_letters.reasons == ["email: no such address"]


class ForgetfulDeliveries(InMemoryDeliveryLeases):
    def dead_letter(self, lease: Lease, reason: str) -> bool:
        raise ConnectionError("table is unavailable")


def test_a_dead_letter_that_could_not_be_recorded_is_not_retried(
    clock: Clock,
    dead_letters: RecordingDeadLetters,
    hopeless: RecordingChannel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    notify_channels(EVENT, ForgetfulDeliveries(clock), [hopeless], dead_letters)

    assert dead_letters.reasons == ["email: no such address"]
    assert "dead letter not recorded: there may be two" in caplog.text

"""What a retry cannot help is a dead letter after one attempt, and only one dead letter."""

from __future__ import annotations

import pytest

from serverless_runtime.notification_service.channel import PermanentChannelError
from serverless_runtime.notification_service.deliveries import Deliveries, Lease
from serverless_runtime.notification_service.notify import NotDeliveredError, notify
from tests.lambdas.notification_service.a_delivery import EVENT
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    RecordingDeadLetters,
    raises,
    refuse,
)
from tests.lambdas.notification_service.in_memory_deliveries import InMemoryDeliveries

refuse_for_good = raises(PermanentChannelError("no such address"))


@pytest.fixture
def hopeless() -> RecordingChannel:
    channel = RecordingChannel("email")
    channel.before_sending = refuse_for_good
    return channel


def test_the_first_attempt_dead_letters_and_succeeds(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    notify(EVENT, deliveries, [hopeless], dead_letters)

    assert hopeless.asked == 1
    assert dead_letters.reasons == ["email: no such address"]
    assert dead_letters.error_types == ["PermanentChannelError"]


def test_the_same_event_again_neither_sends_nor_dead_letters(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    for _ in range(3):
        notify(EVENT, deliveries, [hopeless], dead_letters)

    assert hopeless.asked == len(dead_letters.reasons) == 1


def test_the_other_channels_are_served_and_retried(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    failing, well = RecordingChannel("sms"), RecordingChannel("push")
    failing.before_sending = refuse

    for _ in range(2):
        with pytest.raises(NotDeliveredError, match=r"^sms: the provider said no$"):
            notify(EVENT, deliveries, [hopeless, failing, well], dead_letters)
    failing.before_sending = lambda: None
    notify(EVENT, deliveries, [hopeless, failing, well], dead_letters)

    assert (hopeless.asked, failing.asked, well.asked) == (1, 3, 1)
    assert dead_letters.reasons == ["email: no such address"]


def test_a_replay_tries_the_channel_again_and_leaves_the_others_alone(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    other = RecordingChannel("sms")
    notify(EVENT, deliveries, [hopeless, other], dead_letters)

    hopeless.before_sending = lambda: None
    notify(EVENT.replayed(), deliveries, [hopeless, other], dead_letters)

    assert hopeless.sent == other.sent == [EVENT.event_id]
    assert len(dead_letters.reasons) == 1


def test_a_replay_that_is_refused_again_is_a_dead_letter_again(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    for event in (EVENT, EVENT.replayed(), EVENT.replayed()):
        notify(event, deliveries, [hopeless], dead_letters)

    assert hopeless.asked == len(dead_letters.reasons) == 2


def test_a_replay_that_fails_for_now_is_retried(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    notify(EVENT, deliveries, [hopeless], dead_letters)
    hopeless.before_sending = refuse
    with pytest.raises(NotDeliveredError):
        notify(EVENT.replayed(), deliveries, [hopeless], dead_letters)

    hopeless.before_sending = lambda: None
    notify(EVENT.replayed(), deliveries, [hopeless], dead_letters)

    assert hopeless.sent == [EVENT.event_id]


def test_what_the_queue_does_not_take_is_left_to_lambda(
    deliveries: Deliveries, dead_letters: RecordingDeadLetters, hopeless: RecordingChannel
) -> None:
    dead_letters.refuses = True
    with pytest.raises(NotDeliveredError) as caught:
        notify(EVENT, deliveries, [hopeless], dead_letters)
    assert str(caught.value) == (
        "email: no such address "
        "(the dead-letter queue did not take it: ConnectionError: queue is away)"
    )

    dead_letters.refuses = False
    notify(EVENT, deliveries, [hopeless], dead_letters)

    assert dead_letters.reasons == ["email: no such address"]


class ForgetfulDeliveries(InMemoryDeliveries):
    def give_up(self, lease: Lease, reason: str) -> bool:
        raise ConnectionError("table is away")


def test_a_dead_letter_that_could_not_be_recorded_is_not_retried(
    clock: Clock,
    dead_letters: RecordingDeadLetters,
    hopeless: RecordingChannel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    notify(EVENT, ForgetfulDeliveries(clock), [hopeless], dead_letters)

    assert dead_letters.reasons == ["email: no such address"]
    assert "dead letter not recorded: perhaps there will be two" in caplog.text

"""What a retry cannot help is a dead letter after one attempt, and only one dead letter."""

from __future__ import annotations

import pytest

from serverless_runtime.notification_service.channel import PermanentChannelError
from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
)
from serverless_runtime.once.leases import Lease, Leases
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    raises,
    reject,
)
from tests.lambdas.notification_service.sample_delivery import EVENT, Service, in_memory_leases

reject_for_good = raises(PermanentChannelError("no such address"))


@pytest.fixture
def hopeless() -> RecordingChannel:
    channel = RecordingChannel("email")
    channel.before_sending = reject_for_good
    return channel


def test_the_first_attempt_dead_letters_and_succeeds(
    service: Service, hopeless: RecordingChannel
) -> None:
    service.notify(hopeless)

    assert hopeless.calls == 1
    assert service.dead_letters.reasons == ["email: no such address"]
    assert service.dead_letters.error_types == ["PermanentChannelError"]


def test_the_same_event_again_neither_sends_nor_dead_letters(
    service: Service, hopeless: RecordingChannel
) -> None:
    for _ in range(3):
        service.notify(hopeless)

    assert hopeless.calls == len(service.dead_letters.reasons) == 1


def test_the_other_channels_are_served_and_retried(
    service: Service, hopeless: RecordingChannel
) -> None:
    failing, well = RecordingChannel("sms"), RecordingChannel("push")
    failing.before_sending = reject

    for _ in range(2):
        with pytest.raises(NotDeliveredError, match=r"^sms: the provider rejected it$"):
            service.notify(hopeless, failing, well)
    failing.before_sending = lambda: None
    service.notify(hopeless, failing, well)

    assert (hopeless.calls, failing.calls, well.calls) == (1, 3, 1)
    assert service.dead_letters.reasons == ["email: no such address"]


def test_a_replay_tries_the_channel_again_and_leaves_the_others_alone(
    service: Service, hopeless: RecordingChannel
) -> None:
    other = RecordingChannel("sms")
    service.notify(hopeless, other)

    hopeless.before_sending = lambda: None
    service.notify(hopeless, other, event=EVENT.replayed())

    assert hopeless.sent == other.sent == [EVENT.event_id]
    assert len(service.dead_letters.reasons) == 1


def test_a_replay_that_is_rejected_again_is_dead_lettered_again(
    service: Service, hopeless: RecordingChannel
) -> None:
    for event in (EVENT, EVENT.replayed(), EVENT.replayed()):
        service.notify(hopeless, event=event)

    assert hopeless.calls == len(service.dead_letters.reasons) == 2


def test_a_replay_that_fails_for_now_is_retried(
    service: Service, hopeless: RecordingChannel
) -> None:
    service.notify(hopeless)
    hopeless.before_sending = reject
    with pytest.raises(NotDeliveredError):
        service.notify(hopeless, event=EVENT.replayed())

    hopeless.before_sending = lambda: None
    service.notify(hopeless, event=EVENT.replayed())

    assert hopeless.sent == [EVENT.event_id]


def test_what_the_queue_does_not_accept_is_left_to_lambda(
    service: Service, hopeless: RecordingChannel
) -> None:
    service.dead_letters.rejects = True
    with pytest.raises(NotDeliveredError) as caught:
        service.notify(hopeless)
    assert str(caught.value) == (
        "email: no such address "
        "(and the event could not be dead-lettered: ConnectionError: queue is unavailable)"
    )

    service.dead_letters.rejects = False
    service.notify(hopeless)

    assert service.dead_letters.reasons == ["email: no such address"]


class ForgetfulDeliveries(Leases):
    def give_up(self, lease: Lease, reason: str) -> bool:
        raise ConnectionError("table is unavailable")


def test_a_dead_letter_that_could_not_be_recorded_is_not_retried(
    clock: Clock, hopeless: RecordingChannel, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(in_memory_leases(clock, ForgetfulDeliveries), clock)
    service.notify(hopeless)

    assert service.dead_letters.reasons == ["email: no such address"]
    assert "dead letter not recorded: there may be two" in caplog.text

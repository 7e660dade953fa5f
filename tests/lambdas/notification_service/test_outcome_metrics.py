"""What becomes of notifications is counted by type and channel, if the table has recorded it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
    notify_channels,
)
from serverless_runtime.notification_service.delivery.outcome_metrics import DeliveryMetrics
from serverless_runtime.once.leases import Leases
from serverless_runtime.once.settings import LEASE_SECONDS
from serverless_runtime.shared.metrics import Counter
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    RecordingDeadLetters,
    raises,
)
from tests.lambdas.notification_service.sample_delivery import EVENT

METRICS = DeliveryMetrics(Counter("NotificationService", "shop-dev-orders"))


class Counts:
    """What was counted since the last call."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        return [{key: value for key, value in line.items() if key != "_aws"} for line in lines]


@pytest.fixture
def counted(capsys: pytest.CaptureFixture[str]) -> Counts:
    return Counts(capsys)


def notify(
    leases: Leases, channel: RecordingChannel, event: TaskEvent = EVENT
) -> RecordingDeadLetters:
    dead_letters = RecordingDeadLetters()
    notify_channels(event, leases, [channel], dead_letters, metrics=METRICS)
    return dead_letters


def one(name: str, channel: str = "email") -> dict[str, Any]:
    return {
        "Component": "shop-dev-orders",
        "EventType": "task.created.v1",
        "Channel": channel,
        name: 1,
    }


def test_a_delivery_and_its_duplicate_are_counted(deliveries: Leases, counted: Counts) -> None:
    notify(deliveries, RecordingChannel())
    assert counted() == [one("Delivered")]

    notify(deliveries, RecordingChannel())
    assert counted() == [one("Duplicate")]


def test_a_dead_letter_is_counted_and_its_replay_when_it_is_delivered(
    deliveries: Leases, counted: Counts
) -> None:
    channel = RecordingChannel()
    channel.before_sending = raises(PermanentChannelError("no such address"))
    notify(deliveries, channel)
    assert counted() == [one("DeadLettered")]

    notify(deliveries, RecordingChannel(), EVENT.replayed())
    assert counted() == [one("Delivered"), one("Replayed")]


def test_an_attempt_that_failed_counts_nothing(deliveries: Leases, counted: Counts) -> None:
    channel = RecordingChannel()
    channel.before_sending = raises(ChannelError("timed out"))
    with pytest.raises(NotDeliveredError):
        notify(deliveries, channel)

    assert counted() == []


@pytest.mark.parametrize("end", [None, PermanentChannelError("no such address")])
def test_an_attempt_that_lost_its_lease_counts_nothing(
    deliveries: Leases, clock: Clock, counted: Counts, end: Exception | None
) -> None:
    slow, quick = RecordingChannel(), RecordingChannel()

    def be_overtaken() -> None:
        clock.now += LEASE_SECONDS + 1
        notify(deliveries, quick)
        assert counted() == [one("Delivered")]
        if end:
            raise end

    slow.before_sending = be_overtaken
    notify(deliveries, slow)

    assert counted() == []


def test_recipients_do_not_multiply_the_metrics(deliveries: Leases, counted: Counts) -> None:
    notify(deliveries, RecordingChannel("sms-on-call/0123abcd"))

    assert counted() == [one("Delivered", "sms-on-call")]

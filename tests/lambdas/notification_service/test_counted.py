"""What becomes of notifications is counted by type and channel, as far as the table took it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_runtime.notification_service.breaker import FAILURES_TO_OPEN
from serverless_runtime.notification_service.counted import CountedBreakers, CountedDeliveries
from serverless_runtime.shared.metrics import Counter
from tests.lambdas.notification_service.a_delivery import lease, start
from tests.lambdas.tables import DELIVERIES

COUNTER = Counter("shop-dev")


class Counts:
    """What was counted since one last looked."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        return [{key: value for key, value in line.items() if key != "_aws"} for line in lines]


@pytest.fixture
def counted(aws_in_memory: None, capsys: pytest.CaptureFixture[str]) -> Counts:
    return Counts(capsys)


@pytest.fixture
def deliveries(aws_in_memory: None) -> CountedDeliveries:
    return CountedDeliveries(DELIVERIES, COUNTER)


def one(name: str, channel: str = "email") -> dict[str, Any]:
    return {"Stack": "shop-dev", "EventType": "task.created.v1", "Channel": channel, name: 1}


def test_a_delivery_and_its_duplicate_are_counted(
    deliveries: CountedDeliveries, counted: Counts
) -> None:
    assert start(deliveries, lease("one")) == "taken"
    assert counted() == []
    assert deliveries.finish(lease("one"), "m-1")
    assert counted() == [one("Delivered")]

    assert start(deliveries, lease("two")) == "delivered"
    assert counted() == [one("Duplicate")]


def test_a_dead_letter_is_counted_and_its_replay_when_it_is_delivered(
    deliveries: CountedDeliveries, counted: Counts
) -> None:
    start(deliveries, lease("one"))
    assert deliveries.give_up(lease("one"), "no such address")
    assert counted() == [one("DeadLettered")]

    assert start(deliveries, lease("two"), replays=1) == "taken"
    assert deliveries.finish(lease("two"), "m-1")
    assert counted() == [one("Delivered"), one("Replayed")]


def test_an_attempt_that_was_given_back_counts_nothing(
    deliveries: CountedDeliveries, counted: Counts
) -> None:
    start(deliveries, lease("one"))
    assert deliveries.release(lease("one"), "timed out")

    assert counted() == []


def test_an_attempt_that_lost_its_lease_counts_nothing(
    deliveries: CountedDeliveries, counted: Counts
) -> None:
    start(deliveries, lease("one"))
    deliveries.release(lease("one"), "timed out")
    start(deliveries, lease("two"))

    assert not deliveries.finish(lease("one"), "m-1")
    assert not deliveries.give_up(lease("one"), "no such address")

    assert counted() == []


def test_recipients_do_not_multiply_the_metrics(
    deliveries: CountedDeliveries, counted: Counts
) -> None:
    of_one_recipient = lease("one", "sms-on-call/0123abcd")
    start(deliveries, of_one_recipient)
    deliveries.finish(of_one_recipient, "m-1")

    assert counted() == [one("Delivered", "sms-on-call")]


def test_a_breaker_is_counted_when_it_opens_and_again_when_its_probe_fails(
    counted: Counts,
) -> None:
    breakers = CountedBreakers(DELIVERIES, COUNTER)
    for _ in range(FAILURES_TO_OPEN):
        breakers.count_failure("email", "down", 100)
    assert counted() == []

    for owner in ("one", "two"):
        breakers.open("email", owner, failures=FAILURES_TO_OPEN, until=130, now=100)
    opened = {"Stack": "shop-dev", "Channel": "email", "BreakerOpened": 1}
    assert counted() == [opened], "the second instance found it open"

    breakers.take_probe("email", "probe", until=200, now=140)
    breakers.open_again("email", "probe", "still down", until=260, now=150)
    assert counted() == [opened]

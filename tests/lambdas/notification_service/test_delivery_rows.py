"""What a delivery's row shows to people, besides its purpose."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
)
from serverless_runtime.once.leases import Leases
from serverless_runtime.once.rows import RETENTION_SECONDS
from serverless_runtime.once.settings import GUARANTEES, LEASE_SECONDS, Guarantee
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.fakes import (
    Clock,
    RecordingChannel,
    raises,
)
from tests.lambdas.notification_service.sample_delivery import EVENT, Service, lease, start
from tests.lambdas.tables import DELIVERIES


@pytest.fixture
def table(aws_in_memory: None, clock: Clock) -> Leases:
    return Leases(DELIVERIES, clock=clock)


def the_row() -> dict[str, str]:
    [row] = aws.boto3_client("dynamodb").scan(TableName=DELIVERIES)["Items"]
    return {name: next(iter(value.values())) for name, value in row.items()}


def test_a_failure_leaves_its_reason_and_a_row_that_waits(table: Leases, clock: Clock) -> None:
    start(table, lease("one"))
    clock.now += 2
    table.release(lease("one"), "SES rejected the message: Throttling")

    row = the_row()
    assert (row["status"], row["error"]) == ("WAITING", "SES rejected the message: Throttling")
    assert (row["recipient"], row["attempts"]) == ("t***@example.com", "1")
    assert row["updated_at"] == str(int(row["started_at"]) + 2)
    assert row["expires_at"] == str(int(clock.now) + RETENTION_SECONDS)
    assert "lease_until" not in row


def test_a_later_success_keeps_the_first_start_and_counts_the_attempts(
    table: Leases, clock: Clock
) -> None:
    began = int(clock.now)
    for _ in range(2):
        start(table, lease("one"))
        table.release(lease("one"), "busy")
        clock.now += 60
    start(table, lease("two"))
    table.complete(lease("two"), "ses-1")

    row = the_row()
    assert (row["status"], row["result"], row["attempts"]) == ("COMPLETED", "ses-1", "3")
    assert (row["started_at"], row["completed_at"]) == (str(began), str(began + 120))
    assert row["error"] == "busy"


def test_a_dead_letter_has_its_reason_until_a_replay_delivers(table: Leases, clock: Clock) -> None:
    channel = RecordingChannel()
    channel.before_sending = raises(PermanentChannelError("no such address"))
    Service(table, clock).notify(channel)
    row = the_row()
    assert (row["status"], row["error"]) == ("GIVEN_UP", "no such address")
    assert row["given_up_at"] == str(int(clock.now))

    channel.before_sending = lambda: None
    Service(table, clock).notify(channel, event=EVENT.replayed())
    row = the_row()
    assert (row["status"], row["replays"], row["attempts"]) == ("COMPLETED", "1", "2")
    assert "given_up_at" not in row


def test_a_retry_that_finds_it_delivered_is_no_attempt(table: Leases, clock: Clock) -> None:
    for _ in range(3):
        Service(table, clock).notify(RecordingChannel())

    assert the_row()["attempts"] == "1"


def test_dead_lettering_an_unknown_outcome_is_no_attempt(table: Leases, clock: Clock) -> None:
    start(table, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    Service(table, clock).notify(RecordingChannel(guarantee="at_most_once"))

    row = the_row()
    assert (row["status"], row["attempts"]) == ("GIVEN_UP", "1")
    assert row["error"].startswith("an earlier attempt began to send and never reported an outcome")


@pytest.mark.parametrize("guarantee", GUARANTEES)
@pytest.mark.parametrize("replays", [0, 1, 2])
def test_a_waiting_row_keeps_nobody_out(table: Leases, guarantee: Guarantee, replays: int) -> None:
    start(table, lease("one"), guarantee=guarantee, replays=1)
    table.release(lease("one"), "busy")

    assert start(table, lease("two"), guarantee=guarantee, replays=replays) == "acquired"
    assert the_row()["replays"] == str(replays)


def test_reasons_are_cut_and_hold_no_address(table: Leases) -> None:
    long = f"bob@example.com is unknown, {'x' * 466} alice@example.com and more of it"
    start(table, lease("one"))
    table.release(lease("one"), long)

    error = the_row()["error"]
    assert error.startswith("b***@example.com is unknown, xxx")
    assert len(error) == 500
    assert "ali" not in error


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ChannelError("busy"), "busy"), (KeyError("x"), "KeyError: 'x'")],
)
def test_the_reason_is_the_one_that_people_read(
    table: Leases, clock: Clock, error: Exception, reason: str
) -> None:
    channel = RecordingChannel()
    channel.before_sending = raises(error)

    with pytest.raises(NotDeliveredError):
        Service(table, clock).notify(channel)

    assert the_row()["error"] == reason


def test_deliveries_are_found_by_what_they_are_about(table: Leases) -> None:
    start(table, lease("one"))
    table.complete(lease("one"), "ses-1")

    found: list[dict[str, Any]] = aws.boto3_client("dynamodb").query(
        TableName=DELIVERIES,
        IndexName="by-subject",
        KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues={":subject": {"S": EVENT.task.task_id}},
    )["Items"]

    assert [row["result"]["S"] for row in found] == ["ses-1"]

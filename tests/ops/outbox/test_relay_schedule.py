"""The schedule of the relay is found by what it runs, and enabled without losing a setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from serverless_ops.outbox.relay_command import enable, find_schedule
from tests.ops.fakes import aws_client

RELAY = "arn:aws:lambda:us-east-1:123456789012:function:relay"
OTHER = "arn:aws:lambda:us-east-1:123456789012:function:other"
ROLE = "arn:aws:iam::123456789012:role/schedule"


@pytest.fixture
def scheduler() -> Iterator[Any]:
    with mock_aws():
        client = aws_client("scheduler")
        for name, arn in (("another", OTHER), ("every-minute", RELAY)):
            client.create_schedule(
                Name=name,
                ScheduleExpression="rate(1 minute)",
                FlexibleTimeWindow={"Mode": "OFF"},
                State="DISABLED",
                Description="Runs it.",
                Target={"Arn": arn, "RoleArn": ROLE, "RetryPolicy": {"MaximumRetryAttempts": 0}},
            )
        yield client


def test_a_disabled_schedule_is_enabled_and_stays_as_it_was(scheduler: Any) -> None:
    before = scheduler.get_schedule(Name="every-minute")
    found = find_schedule(scheduler, RELAY)
    assert found is not None
    assert not found.is_enabled

    enable(scheduler, found)

    found = find_schedule(scheduler, RELAY)
    assert found is not None
    assert found.is_enabled
    after = scheduler.get_schedule(Name="every-minute")
    for name in ("ScheduleExpression", "FlexibleTimeWindow", "Description", "Target"):
        assert after[name] == before[name]
    other = find_schedule(scheduler, OTHER)
    assert other is not None
    assert not other.is_enabled


def test_a_function_without_a_schedule_has_none(scheduler: Any) -> None:
    assert find_schedule(scheduler, f"{RELAY}-2") is None

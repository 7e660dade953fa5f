"""Leases for functions: their table, permissions, environment and alarm."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from pulumi_serverless import Once, OnceArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.once.settings import read_once_settings
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TABLE = "aws:dynamodb/table:Table"


def deployed(*, timeout_seconds: int = 30, **settings: Any) -> Graph:
    def program() -> None:
        once = Once("shipments", OnceArgs(foundation=FOUNDATION, **settings))
        ship = a_function("ship", timeout_seconds=timeout_seconds, environment=once.environment)
        once.allow(ship)

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_a_function_that_does_not_know_the_table_fails_before_deploy() -> None:
    def program() -> None:
        Once("shipments", OnceArgs(foundation=FOUNDATION)).allow(a_function("ship"))

    message = "environment of ship must contain that of shipments, got none of ONCE_TABLE_NAME, ON"
    with pytest.raises(ValueError, match=message):
        record(program)


def test_a_row_is_per_event_and_part_and_expires() -> None:
    table = usual().only(TABLE)

    assert (table.inputs["hashKey"], table.inputs["rangeKey"]) == ("event_id", "part")
    assert table.inputs["ttl"] == {"attributeName": "expires_at", "enabled": True}
    assert table.protect


def test_a_function_may_change_rows_and_nothing_else() -> None:
    policy = json.loads(usual().named("ship-may-lease-shipments", ROLE_POLICY).inputs["policy"])

    [statement] = policy["Statement"]
    assert statement["Action"] == ["dynamodb:UpdateItem"]
    assert statement["Resource"] == ["arn:shipments"]


def test_the_environment_is_what_the_runtime_reads() -> None:
    def program() -> None:
        once = Once("shipments", OnceArgs(foundation=FOUNDATION, lease_seconds=75))
        a_function("ship", environment=once.environment)

    variables = record(program).only(FUNCTION).inputs["environment"]["variables"]
    settings = read_once_settings(variables)
    assert (settings.table_name, settings.lease_seconds) == ("shipments-1a2b3c4", "75")


def test_throttled_requests_fire_an_alarm() -> None:
    alarm = usual().only(ALARM)

    assert alarm.name == "shipments-once-throttled"
    assert "DynamoDB throttled requests to the table shipments" in alarm.inputs["alarmDescription"]


@pytest.mark.parametrize("timeout_seconds", [60, 900])
def test_a_function_that_could_outlive_its_lease_fails_before_deploy(timeout_seconds: int) -> None:
    message = (
        "lease_seconds of shipments must be more than the timeout of ship, "
        f"{timeout_seconds} s, got 60"
    )
    with pytest.raises(ValueError, match=message):
        deployed(timeout_seconds=timeout_seconds)

    deployed(timeout_seconds=timeout_seconds, lease_seconds=timeout_seconds + 1)


@pytest.mark.parametrize("lease_seconds", [0, 1, 931])
def test_a_lease_has_limits(lease_seconds: int) -> None:
    with pytest.raises(ValueError, match=f"lease_seconds must be .* 930, got {lease_seconds}"):
        OnceArgs(foundation=FOUNDATION, lease_seconds=lease_seconds)

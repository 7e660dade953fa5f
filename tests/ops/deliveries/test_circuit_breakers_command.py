"""`circuit-breakers`: listing them, and closing one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES
from tests.ops.deliveries_table import NOON, Reader
from tests.ops.fakes import stack_outputs

STACK = stack_outputs(
    alarmTopicArn="arn:aws:sns:eu-west-1:123456789012:alarms",
    deliveries={"notifications": {"tableName": DELIVERIES, "channels": ["email", "sms"]}},
)


def test_every_channel_of_the_stack_is_listed(reader: Reader) -> None:
    reader.pulumi_returns(STACK)
    reader.opened("sms", until=NOON + 30)
    reader.now += 10

    result = reader.types_exactly("circuit-breakers", "--stack", "dev")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "email: closed",
        "sms: open, until 2026-03-01T12:00:30.000Z",
        "    since 2026-03-01T12:00:00.000Z, 10s ago",
        "    5 failures in a row, opened once",
        "    last error at 2026-03-01T12:00:00.000Z: SES did not respond",
    ]
    assert [each.region for each in reader.connections] == ["eu-west-1"]


def test_the_half_open_state_is_shown(reader: Reader) -> None:
    reader.opened("email", until=NOON)
    assert "open, the next message is a probe" in reader.types("circuit-breakers").stdout

    reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)
    running = "half open, a probe is running until 2026-03-01T12:01:00.000Z at the latest"
    assert running in reader.types("circuit-breakers").stdout

    reader.now += 60
    assert "half open, its probe did not finish" in reader.types("circuit-breakers").stdout


def test_without_a_stack_only_what_is_recorded_is_known(reader: Reader) -> None:
    assert reader.types("circuit-breakers", "list").stdout == "No provider has failed recently.\n"

    reader.breakers.count_failure("email", "busy", NOON)
    assert reader.types("circuit-breakers").stdout.startswith("email: closed\n    since ")


def test_an_event_with_the_partitions_key_as_its_id_is_no_circuit_breaker(reader: Reader) -> None:
    reader.started(replace(an_event(), event_id="breakers"), "email")

    assert reader.types("circuit-breakers").stdout == "No provider has failed recently.\n"


def test_json_holds_each_state(reader: Reader) -> None:
    reader.opened("email", until=NOON + 30)

    shown = json.loads(reader.types("circuit-breakers", "--json").stdout)

    assert shown == {
        "table": DELIVERIES,
        "circuit_breakers": [
            {
                "channel": "email",
                "status": "OPEN",
                "failures": 5,
                "blocked_until": "2026-03-01T12:00:30.000Z",
                "trips": 1,
                "changed_at": "2026-03-01T12:00:00.000Z",
                "last_error": "SES did not respond",
                "last_failed_at": "2026-03-01T12:00:00.000Z",
            }
        ],
    }


@pytest.mark.parametrize("half_open", [False, True])
def test_one_can_be_closed_by_hand(reader: Reader, half_open: bool) -> None:
    for name in ("email", "sms"):
        reader.opened(name, until=NOON)
    if half_open:
        reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)

    result = reader.types("circuit-breakers", "close", "email")

    assert result.exit_code == 0
    assert result.stdout == "email is closed; all instances notice within two seconds.\n"
    email, sms = reader.breakers.read("email"), reader.breakers.read("sms")
    assert (email.status, email.failures, sms.status) == ("CLOSED", 0, "OPEN")


def test_a_probe_that_fails_after_that_does_not_open_it(reader: Reader) -> None:
    reader.opened("email", until=NOON)
    reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)
    reader.types("circuit-breakers", "close", "email")

    reader.breakers.reopen("email", "two", "late", until=NOON + 99, now=NOON)

    assert reader.breakers.read("email").status == "CLOSED"


def test_failures_counted_so_far_can_be_forgotten(reader: Reader) -> None:
    reader.breakers.count_failure("email", "busy", NOON)

    reader.types("circuit-breakers", "close", "email")

    assert reader.breakers.read("email").failures == 0


def test_closing_what_is_closed_changes_nothing(reader: Reader) -> None:
    reader.pulumi_returns(STACK)

    result = reader.types_exactly("circuit-breakers", "close", "email", "--stack", "dev")

    assert (result.exit_code, "already closed" in result.stdout) == (0, True)
    assert reader.dynamodb.scan(TableName=DELIVERIES)["Count"] == 0


def test_an_unknown_channel_is_reported_with_those_there_are(reader: Reader) -> None:
    reader.pulumi_returns(STACK)

    result = reader.types_exactly("circuit-breakers", "close", "mail", "--stack", "dev")

    assert result.exit_code == 1
    assert "there is no circuit breaker 'mail'; there are: email, sms" in result.stderr

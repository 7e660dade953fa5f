"""`breakers`: looking at them, and closing one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES
from tests.ops.deliveries_table import NOON, Reader

STACK = {
    "deliveriesTableName": DELIVERIES,
    "channelNames": ["email", "sms"],
    "targetFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:notify",
}


def test_every_channel_of_the_stack_is_listed(reader: Reader) -> None:
    reader.pulumi_says(json.dumps(STACK))
    reader.opened("sms", until=NOON + 30)
    reader.now += 10

    result = reader.types_exactly("breakers", "--stack", "dev")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "email: closed",
        "sms: open, until 2026-03-01T12:00:30.000Z",
        "    since 2026-03-01T12:00:00.000Z, 10s ago",
        "    5 failures in a row, opened once",
        "    last error at 2026-03-01T12:00:00.000Z: SES gave no answer",
    ]
    assert [access.region for access in reader.accesses] == ["eu-west-1"]


def test_the_half_open_state_is_told_apart(reader: Reader) -> None:
    reader.opened("email", until=NOON)
    assert "open, the next message is a probe" in reader.types("breakers").stdout

    reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)
    on_its_way = "half open, a probe is on its way until 2026-03-01T12:01:00.000Z at the latest"
    assert on_its_way in reader.types("breakers").stdout

    reader.now += 60
    assert "half open, its probe was not heard of again" in reader.types("breakers").stdout


def test_without_a_stack_only_what_is_recorded_is_known(reader: Reader) -> None:
    assert reader.types("breakers", "list").stdout == "No provider has failed lately.\n"

    reader.breakers.count_failure("email", "busy", NOON)
    assert reader.types("breakers").stdout.startswith("email: closed\n    since ")


def test_an_event_with_the_breakers_key_as_its_id_is_no_breaker(reader: Reader) -> None:
    reader.started(replace(an_event(), event_id="breakers"), "email")

    assert reader.types("breakers").stdout == "No provider has failed lately.\n"


def test_json_holds_each_state(reader: Reader) -> None:
    reader.opened("email", until=NOON + 30)

    shown = json.loads(reader.types("breakers", "--json").stdout)

    assert shown == {
        "table": DELIVERIES,
        "breakers": [
            {
                "channel": "email",
                "status": "OPEN",
                "failures": 5,
                "blocked_until": "2026-03-01T12:00:30.000Z",
                "trips": 1,
                "changed_at": "2026-03-01T12:00:00.000Z",
                "last_error": "SES gave no answer",
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

    result = reader.types("breakers", "close", "email")

    assert result.exit_code == 0
    assert result.stdout == "email is closed; all instances know within two seconds.\n"
    email, sms = reader.breakers.read("email"), reader.breakers.read("sms")
    assert (email.status, email.failures, sms.status) == ("CLOSED", 0, "OPEN")


def test_a_probe_that_fails_after_that_does_not_open_it(reader: Reader) -> None:
    reader.opened("email", until=NOON)
    reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)
    reader.types("breakers", "close", "email")

    reader.breakers.reopen("email", "two", "late", until=NOON + 99, now=NOON)

    assert reader.breakers.read("email").status == "CLOSED"


def test_failures_counted_so_far_can_be_forgotten(reader: Reader) -> None:
    reader.breakers.count_failure("email", "busy", NOON)

    reader.types("breakers", "close", "email")

    assert reader.breakers.read("email").failures == 0


def test_closing_what_is_closed_changes_nothing(reader: Reader) -> None:
    reader.pulumi_says(json.dumps(STACK))

    result = reader.types_exactly("breakers", "close", "email", "--stack", "dev")

    assert (result.exit_code, "closed already" in result.stdout) == (0, True)
    assert reader.dynamodb.scan(TableName=DELIVERIES)["Count"] == 0


def test_an_unknown_channel_is_told_with_those_there_are(reader: Reader) -> None:
    reader.pulumi_says(json.dumps(STACK))

    result = reader.types_exactly("breakers", "close", "mail", "--stack", "dev")

    assert result.exit_code == 1
    assert "nothing is known of a breaker 'mail'; there are: email, sms" in result.stderr

"""`circuit-breakers`: listing them, and closing one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import Result

from serverless_runtime.circuit_breaker.cached_state import CACHE_SECONDS
from serverless_runtime.circuit_breaker.rows import DynamoCircuitBreakerStore
from tests.lambdas.samples import an_event
from tests.lambdas.tables import CIRCUITS, DELIVERIES
from tests.ops.deliveries_table import CLOSED, NOON, Reader
from tests.ops.fakes import service_error, stack_outputs

ROWS: dict[str, Any] = {
    "tableName": DELIVERIES,
    "circuits": ["email", "sms"],
    "key": {"event_id": "circuit-breakers", "part": "#{circuit}"},
}
STACK = stack_outputs(
    alarmTopicArn="arn:aws:sns:eu-west-1:123456789012:alarms",
    circuitBreakers={"notifications": ROWS},
)
COMMANDS = [("circuit-breakers",), ("circuit-breakers", "close", "email")]
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


def types(reader: Reader, *words: str) -> Result:
    """Run a command on the stack."""
    reader.pulumi_returns(STACK)
    return reader.types_exactly(*words, "--stack", "dev")


def test_every_circuit_of_the_stack_is_listed(reader: Reader) -> None:
    reader.opened("sms", until=NOON + 30)
    reader.now += 10

    result = types(reader, "circuit-breakers")

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
    assert "open, the next call is a probe" in types(reader, "circuit-breakers").stdout

    reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)
    running = "half open, a probe is running until 2026-03-01T12:01:00.000Z at the latest"
    assert running in types(reader, "circuit-breakers").stdout

    reader.now += 60
    assert "half open, its probe did not finish" in types(reader, "circuit-breakers").stdout


def test_an_event_with_the_partitions_key_as_its_id_is_no_circuit_breaker(reader: Reader) -> None:
    reader.started(replace(an_event(), event_id="circuit-breakers"), "email")

    assert types(reader, "circuit-breakers").stdout == "email: closed\nsms: closed\n"


def test_json_holds_each_state(reader: Reader) -> None:
    reader.opened("email", until=NOON + 30)

    shown = json.loads(types(reader, "circuit-breakers", "--json").stdout)

    assert shown == {
        "table": DELIVERIES,
        "circuit_breakers": [
            {
                "circuit": "email",
                "status": "OPEN",
                "failures": 5,
                "blocked_until": "2026-03-01T12:00:30.000Z",
                "trips": 1,
                "changed_at": "2026-03-01T12:00:00.000Z",
                "last_error": "SES did not respond",
                "last_failed_at": "2026-03-01T12:00:00.000Z",
            },
            {
                "circuit": "sms",
                "status": "CLOSED",
                "failures": 0,
                "blocked_until": None,
                "trips": 0,
                "changed_at": None,
                "last_error": None,
                "last_failed_at": None,
            },
        ],
    }


@pytest.mark.parametrize("half_open", [False, True])
def test_one_can_be_closed_by_hand(reader: Reader, half_open: bool) -> None:
    for name in ("email", "sms"):
        reader.opened(name, until=NOON)
    if half_open:
        reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)

    result = types(reader, "circuit-breakers", "close", "email")

    assert result.exit_code == 0
    assert result.stdout == CLOSED.format("email")
    email, sms = reader.breakers.read("email"), reader.breakers.read("sms")
    assert (email.status, email.failures, sms.status) == ("CLOSED", 0, "OPEN")


def test_closing_returns_once_no_instance_remembers_it_open(reader: Reader) -> None:
    reader.opened("email", until=NOON)

    types(reader, "circuit-breakers", "close", "email")

    assert reader.slept == [CACHE_SECONDS + 1]


def test_one_that_opens_again_meanwhile_is_reported(reader: Reader) -> None:
    reader.opened("email", until=NOON)
    reader.meanwhile = lambda: reader.opened("email", until=NOON + 60)

    result = types(reader, "circuit-breakers", "close", "email")

    assert result.exit_code == 1
    assert "email has opened again: its provider still fails." in result.stdout


def test_a_probe_that_fails_after_that_does_not_open_it(reader: Reader) -> None:
    reader.opened("email", until=NOON)
    reader.breakers.acquire_probe("email", "two", until=NOON + 60, now=NOON)
    types(reader, "circuit-breakers", "close", "email")

    reader.breakers.reopen("email", "two", "late", until=NOON + 99, now=NOON)

    assert reader.breakers.read("email").status == "CLOSED"


def test_failures_counted_so_far_can_be_forgotten(reader: Reader) -> None:
    reader.breakers.count_failure("email", "busy", NOON)

    types(reader, "circuit-breakers", "close", "email")

    assert reader.breakers.read("email").failures == 0


def test_closing_what_is_closed_changes_nothing(reader: Reader) -> None:

    result = types(reader, "circuit-breakers", "close", "email")

    assert (result.exit_code, "already closed" in result.stdout) == (0, True)
    assert reader.dynamodb.scan(TableName=DELIVERIES)["Count"] == 0


def test_an_unknown_circuit_is_reported_with_those_there_are(reader: Reader) -> None:

    result = types(reader, "circuit-breakers", "close", "mail")

    assert result.exit_code == 1
    assert "there is no circuit breaker 'mail'; there are: email, sms" in result.stderr


@every_command
def test_a_stack_is_required(reader: Reader, words: tuple[str, ...]) -> None:
    result = reader.types_exactly(*words)

    assert result.exit_code == 2
    assert "pass --stack, or --outputs FILE" in result.stderr


@every_command
def test_a_stack_without_circuit_breakers_is_reported(
    reader: Reader, words: tuple[str, ...]
) -> None:
    reader.pulumi_returns(stack_outputs())

    result = reader.types_exactly(*words, "--stack", "dev")

    assert result.exit_code == 3
    assert "stack dev has no circuit breakers" in result.stderr


def test_a_component_may_keep_them_in_a_table_of_their_own(reader: Reader) -> None:
    own = DynamoCircuitBreakerStore(CIRCUITS, reader.dynamodb)
    own.count_failure("carrier", "HTTP 503", NOON)
    rows = {"tableName": CIRCUITS, "circuits": ["carrier"], "key": {"circuit": "{circuit}"}}
    reader.pulumi_returns(stack_outputs(circuitBreakers={"quotes": rows}))

    listed = reader.types_exactly("circuit-breakers", "--stack", "dev").stdout
    closed = reader.types_exactly("circuit-breakers", "close", "carrier", "--stack", "dev")

    assert "last error at 2026-03-01T12:00:00.000Z: HTTP 503" in listed
    assert (closed.exit_code, own.read("carrier").failures) == (0, 0)


def test_of_several_components_one_must_be_chosen_to_close(reader: Reader) -> None:
    rows = {**ROWS, "circuits": ["email"]}
    reader.pulumi_returns(stack_outputs(circuitBreakers={"alerts": rows, "notifications": rows}))
    close = ("circuit-breakers", "close", "email", "--stack", "dev")

    which = reader.types_exactly(*close)
    chosen = reader.types_exactly(*close, "--component", "alerts")

    assert (which.exit_code, chosen.exit_code) == (2, 0)
    assert "close email --stack dev --component notifications" in which.stderr
    listed = reader.types_exactly("circuit-breakers", "--stack", "dev").stdout
    assert listed == "email: closed\nemail: closed\n"


def test_a_table_that_does_not_exist_is_named_and_the_others_are_listed(reader: Reader) -> None:
    rows = {**ROWS, "circuits": ["email"]}
    found = {"alerts": {**rows, "tableName": "gone"}, "notifications": rows}
    reader.pulumi_returns(stack_outputs(circuitBreakers=found))

    result = reader.types_exactly("circuit-breakers", "--stack", "dev")

    assert (result.exit_code, result.stdout) == (3, "email: closed\n")
    named = "Error: circuit breakers of alerts (table gone): there is no such table or index ("
    assert result.stderr.startswith(named)


def test_stack_local_is_what_make_up_has_left_running(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "up-4567").mkdir()
    (tmp_path / "up-4567" / "outputs.json").write_text(STACK)
    reader.local_folder = tmp_path

    listed = reader.types_exactly("circuit-breakers", "--stack", "local").stdout

    assert listed == "email: closed\nsms: closed\n"
    [connection] = reader.connections
    assert (connection.endpoint_url, connection.local) == ("http://127.0.0.1:4567", True)


class _Rejecting:
    """A client whose reads are rejected."""

    def __init__(self, error: ClientError) -> None:
        self._error = error

    def get_item(self, **_: Any) -> Any:
        raise self._error


@every_command
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ResourceNotFoundException", "there is no such table or index"),
        ("AccessDeniedException", "dynamodb:GetItem on the table with the circuit breakers"),
        ("ThrottlingException", "GetItem failed with ThrottlingException"),
    ],
)
def test_an_error_of_dynamodb_is_explained(
    reader: Reader, words: tuple[str, ...], code: str, text: str
) -> None:
    reader.dynamodb = _Rejecting(service_error(code, "GetItem"))

    result = types(reader, *words)

    assert result.exit_code == 3
    assert text in result.stderr


@every_command
def test_every_help_lists_the_exit_codes(reader: Reader, words: tuple[str, ...]) -> None:
    text = reader.types_exactly(*words[:2], "--help").stdout

    for code in ("  0    done", "  1    unknown", "  2    usage", "  3    the stack", "  130  int"):
        assert code in text

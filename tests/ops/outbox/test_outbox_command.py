"""`outbox`: what waits and why is listed, shown and removed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import row_of
from tests.lambdas.tables import OUTBOX
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, ended, service_error, stack_outputs
from tests.ops.outbox.relay_log import RelayLog

PAYLOAD = b'{"amount": 12345678901234567.89, "rate":0.10}'
COMMITTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Waiting:
    """An outbox in which events wait, and a relay whose log has the reasons."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self.log = RelayLog()
        self.may_read_functions = True
        self.now = COMMITTED + timedelta(minutes=90)

    def add(self, event_id: str, **row: Any) -> None:
        event = Event(event_id=event_id, correlation_id="c-1", payload=PAYLOAD)
        item = {**row_of(event, int(COMMITTED.timestamp() * 1000)), **row}
        self.dynamodb.put_item(TableName=OUTBOX, Item=item)

    def fail(self, event_id: str, minutes: float, **fields: Any) -> None:
        """Log a failure so many minutes ago."""
        self.log.failed(self.now - timedelta(minutes=minutes), event_id, **fields)

    def types(self, *words: str) -> Result:
        outputs = stack_outputs(
            outboxes={"events": {"tableName": OUTBOX, "relayFunctionName": "relay"}}
        )
        clients = {
            "dynamodb": self.dynamodb,
            "lambda": Overriding(None, get_function_configuration=self._configuration),
            "logs": self.log,
        }
        context = Context(
            client=lambda service, connection: clients[service],
            run=lambda words: ended(0, outputs),
            now=lambda: self.now,
        )
        return CliRunner().invoke(commands, ["outbox", *words, "--stack", "dev"], obj=context)

    def _configuration(self, **_: Any) -> Any:
        if not self.may_read_functions:
            raise service_error("AccessDeniedException", "GetFunctionConfiguration")
        return {"LoggingConfig": {"LogGroup": "relay"}}


@pytest.fixture
def waiting(reader: Reader) -> Waiting:
    return Waiting(reader.dynamodb)


def test_what_waits_is_listed_with_the_last_reason(waiting: Waiting) -> None:
    for event_id in ("e-1", "e-2"):
        waiting.add(event_id)
    waiting.fail("e-1", 1, errorMessage="AccessDeniedException: not authorized")
    waiting.fail("e-1", 2, errorMessage="first")

    result = waiting.types("list", "--json")

    found = {
        line["event_id"]: line["reason"] for line in map(json.loads, result.stdout.splitlines())
    }
    assert found["e-1"] == "AccessDeniedException: not authorized"
    assert "the relay has not tried yet" in found["e-2"]
    assert result.exit_code == 1
    assert "12345" not in result.output
    assert "2 waiting" in waiting.types("list").stdout


@pytest.mark.parametrize(
    ("minutes", "fields", "reason"),
    [
        (30, {"errorMessage": "denied"}, "denied"),
        (30, {"got": 500}, "Lambda returned status 500"),
        (31, {"errorMessage": "denied"}, "no reason in the relay's log of the last 30 minutes"),
    ],
)
def test_each_event_is_listed_with_its_attempts_and_their_reason(
    waiting: Waiting, minutes: int, fields: dict[str, Any], reason: str
) -> None:
    waiting.add("e-1", attempts={"N": "4"})
    waiting.fail("e-1", minutes, **fields)

    assert waiting.types("list").stdout.splitlines() == [
        "e-1 waits for 1h 30m",
        f"    4 attempts, the next is due: {reason}",
        "1 waiting",
    ]


@pytest.mark.parametrize(
    ("after_seconds", "text"), [(0, "is due"), (1, "after 2026-03-01T11:00:01.000Z")]
)
def test_the_next_attempt_is_shown(waiting: Waiting, after_seconds: int, text: str) -> None:
    at = waiting.now + timedelta(seconds=after_seconds)
    waiting.add("e-1", next_attempt_at={"N": str(int(at.timestamp() * 1000))})

    assert f"0 attempts, the next {text}: " in waiting.types("list").stdout


def test_reasons_that_may_not_be_read_are_named_and_the_events_listed(waiting: Waiting) -> None:
    waiting.add("e-1")
    waiting.may_read_functions = False

    result = waiting.types("list")

    assert "1 waiting" in result.stdout
    assert result.stderr.startswith("Not read: reasons of events: access denied")


def test_an_empty_outbox_is_exit_code_0(waiting: Waiting) -> None:
    result = waiting.types("list")

    assert (result.exit_code, result.stdout) == (0, "Nothing waits.\n")


def test_a_payload_is_shown_digit_for_digit(waiting: Waiting) -> None:
    waiting.add("e-1")

    assert waiting.types("show", "e-1").stdout.endswith(f"{PAYLOAD.decode()}\n")
    assert json.loads(waiting.types("show", "e-1", "--json").stdout)["payload"] == PAYLOAD.decode()


def test_an_event_is_saved_and_removed_and_the_others_stay(
    waiting: Waiting, tmp_path: Path
) -> None:
    for event_id in ("e-1", "e-2"):
        waiting.add(event_id)
    file = tmp_path / "saved.json"

    dry = waiting.types("remove", "e-1")
    unsaved = waiting.types("remove", "e-1", "--apply")
    done = waiting.types("remove", "e-1", "--apply", "--save", str(file))
    again = waiting.types("remove", "e-1", "--apply", "--save", str(file))

    assert [each.exit_code for each in (dry, unsaved, done, again)] == [0, 2, 0, 1]
    assert json.loads(file.read_text())["payload"] == PAYLOAD.decode()
    assert file.stat().st_mode & 0o777 == 0o600
    left = waiting.dynamodb.scan(TableName=OUTBOX)["Items"]
    assert [row["event_id"]["S"] for row in left] == ["e-2"]


def test_an_unknown_event_is_reported(waiting: Waiting) -> None:
    result = waiting.types("show", "e-9")

    assert result.exit_code == 1
    assert "no event e-9 waits in events" in result.stderr


@pytest.mark.parametrize("command", ["show", "remove"])
def test_an_empty_id_is_refused(waiting: Waiting, command: str) -> None:
    result = waiting.types(command, "")

    assert result.exit_code == 2
    assert "must not be empty, got '' (an unset variable?)" in result.stderr

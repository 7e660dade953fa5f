"""`outbox`: what waits and why is listed, shown and removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import row_of
from tests.lambdas.tables import OUTBOX
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, ended, stack_outputs

PAYLOAD = b'{"amount": 12345678901234567.89, "rate":0.10}'
COMMITTED_MS = 1_772_357_400_000


class Waiting:
    """An outbox in which events wait, and a relay whose log has the reasons."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self.log: list[dict[str, Any]] = []

    def add(self, event_id: str) -> None:
        event = Event(event_id=event_id, correlation_id="c-1", payload=PAYLOAD)
        self.dynamodb.put_item(TableName=OUTBOX, Item=row_of(event, COMMITTED_MS))

    def fail(self, event_id: str, error: str) -> None:
        line = {"message": log_messages.HANDOFF_FAILED, "event_id": event_id, "errorMessage": error}
        self.log.append({"message": json.dumps(line), "timestamp": 0})

    def types(self, *words: str) -> Result:
        outputs = stack_outputs(
            outboxes={"events": {"tableName": OUTBOX, "relayFunctionName": "relay"}}
        )
        configuration = {"LoggingConfig": {"LogGroup": "relay"}}
        clients = {
            "dynamodb": self.dynamodb,
            "lambda": Overriding(None, get_function_configuration=lambda **_: configuration),
            "logs": Overriding(None, get_paginator=lambda _: self),
        }
        context = Context(
            client=lambda service, connection: clients[service],
            run=lambda words: ended(0, outputs),
        )
        return CliRunner().invoke(commands, ["outbox", *words, "--stack", "dev"], obj=context)

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        text = arguments["filterPattern"].strip('"')
        return [{"events": [each for each in self.log if text in each["message"]]}]


@pytest.fixture
def waiting(reader: Reader) -> Waiting:
    return Waiting(reader.dynamodb)


def test_what_waits_is_listed_with_the_last_reason(waiting: Waiting) -> None:
    for event_id in ("e-1", "e-2"):
        waiting.add(event_id)
    waiting.fail("e-1", "first")
    waiting.fail("e-1", "AccessDeniedException: not authorized")

    result = waiting.types("list", "--json")

    found = {
        line["event_id"]: line["reason"] for line in map(json.loads, result.stdout.splitlines())
    }
    assert found["e-1"] == "AccessDeniedException: not authorized"
    assert "the relay has not tried yet" in found["e-2"]
    assert result.exit_code == 1
    assert "12345" not in result.output
    assert "2 waiting" in waiting.types("list").stdout


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

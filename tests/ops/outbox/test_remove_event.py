"""Showing and removing one event of an outbox: every line, every refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from serverless_ops.outbox.stored_events import failure_reasons, find_events
from tests.lambdas.tables import OUTBOX
from tests.ops.fakes import Overriding
from tests.ops.outbox.test_outbox_command import COMMITTED, PAYLOAD, Waiting, waiting

__all__ = ["waiting"]

EVERYTHING = {
    "event_id": "e-1",
    "correlation_id": "c-1",
    "committed_at": "2026-03-01T09:30:00.000Z",
    "attempts": 4,
    "next_attempt_at": "2026-03-01T09:30:00.000Z",
    "log_fields": {},
    "payload": PAYLOAD.decode(),
}


@pytest.fixture
def one(waiting: Waiting) -> Waiting:
    waiting.add("e-1", attempts={"N": "4"})
    waiting.add("e-2")
    return waiting


def test_an_event_is_shown_line_by_line_and_then_its_payload(one: Waiting) -> None:
    assert one.types("show", "e-1").stdout == (
        "event id          e-1\n"
        "correlation id    c-1\n"
        "committed at      2026-03-01T09:30:00.000Z\n"
        "attempts          4\n"
        "next attempt at   2026-03-01T09:30:00.000Z\n"
        "log fields        {}\n"
        f"\n{PAYLOAD.decode()}\n"
    )
    assert json.loads(one.types("show", "e-1", "--json").stdout) == EVERYTHING


def test_a_list_holds_everything_but_payloads(one: Waiting) -> None:
    result = one.types("list", "--json")

    [found] = [line for line in map(json.loads, result.stdout.splitlines()) if line["attempts"]]
    known = {n: each for n, each in EVERYTHING.items() if n not in ("log_fields", "payload")}
    reason = "no reason in the relay's log of the last 30 minutes"
    assert found == {"outbox": "events", **known, "reason": reason}


def test_a_removal_says_what_it_would_do_and_what_it_did(one: Waiting, tmp_path: Path) -> None:
    file = tmp_path / "saved.json"

    dry = one.types("remove", "e-1", "--save", str(file))
    assert (dry.exit_code, dry.stdout) == (0, f"Would remove e-1 from {OUTBOX}. Add --apply.\n")
    assert not file.exists()

    done = one.types("remove", "e-1", "--apply", "--save", str(file))
    assert (done.exit_code, done.stdout) == (0, f"Removed e-1; it is saved in {file}.\n")
    assert json.loads(file.read_text()) == EVERYTHING
    assert file.read_text().endswith("}\n")


def test_a_file_that_exists_is_not_written_over_and_nothing_removed(
    one: Waiting, tmp_path: Path
) -> None:
    file = tmp_path / "saved.json"
    file.write_text("mine")

    result = one.types("remove", "e-1", "--apply", "--save", str(file))

    assert result.exit_code == 2
    assert "Error: --save must name a new file that can be written: [Errno 17]" in result.stderr
    assert (file.read_text(), one.types("show", "e-1").exit_code) == ("mine", 0)


def test_without_a_file_nothing_is_removed(one: Waiting) -> None:
    result = one.types("remove", "e-1", "--apply")

    assert result.exit_code == 2
    assert (
        "Error: --apply needs --save FILE: an event is saved before it is removed\n"
        in result.stderr
    )


def test_an_event_that_the_relay_hands_off_meanwhile_is_reported(
    one: Waiting, tmp_path: Path
) -> None:
    one.dynamodb = Overriding(one.dynamodb, delete_item=lambda **_: {})

    result = one.types("remove", "e-1", "--apply", "--save", str(tmp_path / "saved.json"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: it is gone: the relay has handed it off in the meantime\n"


@pytest.mark.parametrize("words", [("show", "e-9"), ("remove", "e-9"), ("show", "e-")])
def test_an_event_that_does_not_wait_is_reported_with_where_to_look(
    one: Waiting, words: tuple[str, ...]
) -> None:
    result = one.types(*words)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: no event {words[1]} waits in events; run `serverless_ops trace ID` to see what "
        "happened to it\n"
    )


def test_a_stored_event_has_the_key_of_its_row_and_its_fields(one: Waiting) -> None:
    one.add("e-3", log_fields={"M": {"order_id": {"S": "o-1"}}}, payload={"B": b"\xff{}"})

    [found] = find_events(one.dynamodb, OUTBOX, "e-3")

    assert found.log_fields == {"order_id": "o-1"}
    assert found.payload == "\\xff{}"
    assert found.event.committed_at == COMMITTED
    row = one.dynamodb.get_item(TableName=OUTBOX, Key=dict(found.key))["Item"]
    assert row["event_id"] == {"S": "e-3"}
    assert list(find_events(one.dynamodb, OUTBOX, "e-4")) == []


def test_reasons_are_the_last_of_each_event_that_is_named(waiting: Waiting) -> None:
    for minutes, fields in (
        (3, {"errorMessage": "old"}),
        (1, {"errorMessage": "new"}),
        (2, {"got": 429}),
    ):
        waiting.fail("e-1", minutes, **fields)
    waiting.fail("e-2", 2, got=503)
    waiting.fail("", 2, got=503)
    functions: Any = Overriding(
        None, get_function_configuration=lambda **_: {"LoggingConfig": {"LogGroup": "relay"}}
    )

    found = failure_reasons(functions, waiting.log, "relay", since=COMMITTED, until=waiting.now)

    assert found == {"e-1": "new", "e-2": "Lambda returned status 503"}

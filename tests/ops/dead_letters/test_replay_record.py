"""What `dead-letters replay` reports: audit lines and the summary."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ops.fakes import (
    Operator,
    Queue,
    a_record,
    an_event,
)


def test_one_audit_line_per_message_goes_to_stderr(queue: Queue, operator: Operator) -> None:
    message_id = queue.add_failed(an_event())
    queue.add("by hand")

    result = operator.types("replay", "--apply", "--json")

    lines = {line["outcome"]: line for line in map(json.loads, result.stderr.splitlines())}
    assert lines.keys() == {"replayed", "unreadable"}
    at = lines["replayed"].pop("at")
    assert at.endswith("Z")
    assert lines["replayed"] == {
        "action": "replay",
        "message_id": message_id,
        "event_id": "e-1",
        "outcome": "replayed",
        "detail": None,
    }


def test_the_audit_file_grows_with_every_run_and_is_for_its_owner_only(
    queue: Queue, operator: Operator, tmp_path: Path
) -> None:
    audit = tmp_path / "audit.jsonl"
    for number in range(2):
        queue.add_failed(an_event(f"e-{number}"))
        result = operator.types("replay", "--apply", "--audit", str(audit))
        assert result.stderr == ""

    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [line["event_id"] for line in lines] == ["e-0", "e-1"]
    assert audit.stat().st_mode & 0o777 == 0o600


def test_an_audit_file_that_cannot_be_written_is_reported_before_anything_is_done(
    queue: Queue, operator: Operator, tmp_path: Path
) -> None:
    queue.add_failed(an_event())

    result = operator.types("replay", "--apply", "--audit", str(tmp_path / "no" / "audit"))

    assert result.exit_code == 2
    assert "cannot write the audit file" in result.stderr
    assert operator.functions.events == []


def test_an_audit_file_that_fills_its_disk_stops_the_replay(
    queue: Queue, operator: Operator
) -> None:
    queue.add_failed(an_event("e-1"))
    queue.add_failed(an_event("e-2"))

    result = operator.types("replay", "--apply", "--audit", "/dev/full")

    assert result.exit_code == 2
    assert "a file cannot be written: [Errno 28]" in result.stderr
    assert len(operator.functions.events) == 1
    assert queue.visible() == 1


def test_the_summary_has_whole_lines_in_a_pipe(queue: Queue, operator: Operator) -> None:
    function = "a-function-with-a-name-that-is-much-longer-than-half-of-a-terminal-line"
    queue.add_failed(an_event(), requestContext={"functionArn": function})

    text = operator.types("replay").stdout

    assert f"queue: failed in another function, {function}; see --any-function" in text


def test_no_payload_is_printed(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event(data={"title": "my secret"}))

    for words in (("list",), ("list", "--each"), ("list", "--json"), ("replay", "--apply")):
        assert "my secret" not in operator.types(*words).output


def test_json_is_the_only_thing_on_stdout(queue: Queue, operator: Operator) -> None:
    queue.add(json.dumps(a_record(an_event())))

    assert json.loads(operator.types("replay", "--json").stdout)["would_be_replayed"] == 1
    assert json.loads(operator.types("replay", "--apply", "--json").stdout) == {
        "action": "replay",
        "applied": True,
        "ended": "done",
        "error": None,
        "replayed": 1,
        "refused": 0,
        "unreadable": 0,
        "failed": 0,
        "not_reached": 0,
        "unread": 0,
        "hidden": 0,
        "still_hidden": None,
        "unmatched": 0,
        "stopped_at_max": False,
        "dead_letters": [
            {
                "message_id": operator.queue.last_id,
                "event_id": "e-1",
                "outcome": "replayed",
                "detail": None,
            }
        ],
    }

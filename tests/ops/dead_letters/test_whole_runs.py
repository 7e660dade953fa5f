"""What replay and purge print about what they did: every line of text, and every line of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ops.dead_letters.whole_queue import BODIES, DEAD, EXPORTED, FULL, NO_JSON, Sqs, Typing
from tests.ops.fakes import TARGET, a_record, service_error
from tests.ops.fakes import an_event as event


@pytest.fixture
def types() -> Typing:
    return Typing(Sqs(*BODIES, depth=(4, 8)))


def _words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip(" ─")]


def test_a_dry_run_of_a_replay_says_what_it_would_do(types: Typing) -> None:
    result = types("replay")

    assert (result.exit_code, result.stderr, types.functions.events) == (1, "", [])
    assert _words(result.stdout) == [
        f"Queue {DEAD}, target {TARGET} (from pulumi stack output --stack dev)",
        "outcome count why",
        "would be replayed 2",
        "unreadable 1 still in the queue: the message is not JSON: Expecting value: line <n> "
        "column <n> (char <n>); dead-letters show ID prints one, dead-letters purge --unreadable "
        "--save FILE --apply removes them",
        "unread ~4 SQS did not return them; run it again",
        "hidden ~5 another reader has received them, or a run was killed and they are visible "
        "again within 5 minutes; then run it again",
        "Dry run: nothing was changed. Add --apply to make the changes.",
    ]


def test_a_replay_says_what_it_did_with_an_audit_line_for_each(types: Typing) -> None:
    types.sqs.visible = types.sqs.hidden = 0
    result = types("replay", "--apply", "--max", "3", "--rate", "2")

    assert _words(result.stdout)[2:] == [
        "replayed 2",
        *[line for line in _words(result.stdout) if line.startswith("unreadable")],
        "Accepted does not mean delivered: what fails again returns to this queue after its "
        "attempts, an event with one more replay.",
    ]
    at = {"at": "2026-03-01T12:00:00.000Z", "action": "replay"}
    assert [json.loads(line) for line in result.stderr.splitlines()] == [
        {**at, "message_id": "m-2", "event_id": None, "outcome": "unreadable", "detail": NO_JSON},
        {**at, "message_id": "m-1", "event_id": "e-1", "outcome": "replayed", "detail": None},
        {**at, "message_id": "m-3", "event_id": "e-2", "outcome": "replayed", "detail": None},
    ]
    assert [each["replays"] for each in types.functions.events] == [1, 1]
    assert [each["ReceiptHandle"] for each in types.sqs.deleted] == ["h-m-1", "h-m-3"]
    assert types.clock.slept == [0.5]


def test_a_run_that_does_nothing_gives_no_hint(types: Typing) -> None:
    types.sqs.bodies, types.sqs.visible, types.sqs.hidden = [], 0, 0
    result = types("replay", "--apply")

    assert (result.exit_code, result.stderr) == (0, "")
    assert _words(result.stdout)[1:] == ["outcome count why", "replayed 0"]


def test_a_purge_asks_deletes_and_says_where_it_saved(types: Typing, tmp_path: Path) -> None:
    file = tmp_path / "saved.jsonl"
    types.sqs.visible = types.sqs.hidden = 0
    result = types("purge", "--apply", "--save", str(file), "--id", "e-1", replies=" Yes \n")

    assert result.exit_code == 0
    assert _words(result.stdout) == [
        f"Queue {DEAD} (from pulumi stack output --stack dev)",
        "outcome count why",
        "purged 1",
        "other 2 excluded by the filters",
        f"The deleted messages are saved in {file}.",
    ]
    asked, line = result.stderr.split("? [y/N] ")
    assert asked == "Delete 1 dead letter for good"
    assert json.loads(line)["outcome"] == "purged"
    assert json.loads(file.read_text()) == EXPORTED
    types.sqs.bodies = [FULL]
    refused = types("purge", "--apply", "--save", f"{file}-2", replies="no\n")
    assert refused.stderr.endswith("Nothing was changed. Without a terminal, pass --yes.\n")
    assert refused.exit_code == 1


def test_nobody_is_asked_about_nothing(types: Typing, tmp_path: Path) -> None:
    types.sqs.visible = types.sqs.hidden = 0
    result = types("purge", "--apply", "--save", str(tmp_path / "saved"), "--id", "none")

    assert (result.exit_code, result.stderr) == (0, "")
    assert not (tmp_path / "saved").exists()


@pytest.mark.parametrize("words", [("list",), ("export",), ("show", "e-1")])
def test_a_queue_that_does_not_exist_is_named_and_the_others_are_read(
    types: Typing, words: tuple[str, ...]
) -> None:
    types.queues = ("gone", "events")
    types.others = [Sqs()]
    types.others[0].receive_message = _no_queue  # type: ignore[method-assign]

    result = types(*words)

    assert "e-1" in result.stdout
    assert result.stderr.startswith(f"Error: queue gone ({DEAD}): there is no such queue (")
    assert "check its URL, --stack and --region" in result.stderr
    assert result.exit_code == (0 if words[0] == "show" else 3)


def _no_queue(**_: Any) -> Any:
    raise service_error("AWS.SimpleQueueService.NonExistentQueue", "ReceiveMessage")


def test_several_queues_are_set_apart(types: Typing) -> None:
    types.queues = ("a", "b")
    types.sqs.visible = types.sqs.hidden = 0
    types.others = [Sqs(*BODIES)]

    lines = types("list").stdout.splitlines()

    heads = [place for place, line in enumerate(lines) if line.startswith("3 dead letters in dead")]
    assert heads[0] == 0
    assert lines[heads[1] - 1] == ""
    assert lines[-1].startswith("Reading took ")


class Fifo(Sqs):
    """Returns the next message of its group only when the one before is deleted."""

    def receive_message(self, **arguments: Any) -> Any:
        if len(self.deleted) < self.received_count:
            return {}
        self.received_count += 1
        found = super().receive_message(**{**arguments, "MaxNumberOfMessages": 1})
        for message in found["Messages"]:
            message["MessageId"] = message["ReceiptHandle"] = f"m-{self.received_count}"
        return found

    received_count = 0


@pytest.mark.parametrize(("limit", "done"), [((), 3), (("--max", "2"), 2), (("--max", "1"), 1)])
def test_a_group_is_purged_in_rounds_into_one_file(
    tmp_path: Path, limit: tuple[str, ...], done: int
) -> None:
    types = Typing(Fifo(*(json.dumps(a_record(event(f"e-{n}"))) for n in range(1, 4))))
    types.url = f"{DEAD}.fifo"
    file = tmp_path / "saved"

    result = types("purge", "--apply", "--yes", "--save", str(file), "--json", *limit)

    found = json.loads(result.stdout)
    assert (found["purged"], found["stopped_at_max"]) == (done, bool(limit))
    saved = [json.loads(line)["event_id"] for line in file.read_text().splitlines()]
    assert saved == [f"e-{number}" for number in range(1, done + 1)]
    assert [each["ReceiptHandle"] for each in types.sqs.deleted] == [
        f"m-{number}" for number in range(1, done + 1)
    ]


def test_on_a_terminal_the_progress_is_shown(types: Typing) -> None:
    types.sqs.visible = types.sqs.hidden = 0
    types.environment = {"FORCE_COLOR": "1"}

    result = types("replay", "--apply")

    assert "Reading dead letters …" in result.stderr
    assert "3/3" in result.stderr

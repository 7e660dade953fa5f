"""What each command prints about a queue with two errors, an unreadable message and others' holds:
every line of text, and every line of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.ops.dead_letters.samples import NOON
from tests.ops.dead_letters.scripted_sqs import ScriptedSqs
from tests.ops.fakes import TARGET, Clock, RecordingLambda, a_record, ended, stack_outputs
from tests.ops.fakes import an_event as event

DEAD = "https://sqs.eu-west-1.amazonaws.com/1/dead"
SENT_MS = int(NOON.timestamp() * 1000) - 3_600_000


class Sqs(ScriptedSqs):
    """A queue with these bodies, of which the third was received twice before."""

    def __init__(self, *bodies: str, depth: tuple[int, int] = (0, 0)) -> None:
        super().__init__(depth=depth)
        self.bodies = list(bodies)

    def receive_message(self, **arguments: Any) -> Any:
        count = arguments["MaxNumberOfMessages"]
        taken, self.bodies = self.bodies[:count], self.bodies[count:]
        return {
            "Messages": [
                {
                    "MessageId": f"m-{number}",
                    "ReceiptHandle": f"h-m-{number}",
                    "Body": body,
                    "Attributes": {
                        "SentTimestamp": str(SENT_MS),
                        "ApproximateReceiveCount": str(number),
                        "MessageGroupId": "g",
                    },
                    "MessageAttributes": {"b": {"DataType": "Binary", "BinaryValue": b"\xff"}},
                }
                for number, body in enumerate(taken, 1)
            ]
        }

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
        return {"Successful": [{"Id": each["Id"]} for each in Entries]}

    def delete_message(self, **arguments: Any) -> None:
        self.deleted.append(arguments)


FULL = json.dumps(a_record(event("e-1")))
OTHER = json.dumps(
    a_record(event("e-2", type="task.deleted.v1"), timestamp="2026-03-01T11:58:00.000Z")
)
BODIES = (FULL, "by hand", OTHER)
NO_JSON = "the message is not JSON: Expecting value: line 1 column 1 (char 0)"


class Typing:
    """Types `dead-letters` commands at noon."""

    def __init__(self, sqs: Sqs) -> None:
        self.sqs = sqs
        self.functions = RecordingLambda()
        self.clock = Clock()

    def __call__(self, *words: str, replies: str | None = None) -> Result:
        outputs = stack_outputs(
            deadLetters={"events": {"kind": "invocation", "queueUrl": DEAD, "targetArn": TARGET}}
        )
        context = Context(
            client=lambda service, _: {"sqs": self.sqs, "lambda": self.functions}[service],
            run=lambda _: ended(0, outputs),
            now=lambda: NOON,
            clock=self.clock,
            sleep=self.clock.sleep,
            poll_seconds=0,
        )
        typed = ["dead-letters", words[0], "--stack", "dev", *words[1:]]
        return CliRunner().invoke(commands, typed, obj=context, input=replies)


@pytest.fixture
def types() -> Typing:
    return Typing(Sqs(*BODIES, depth=(4, 8)))


def test_list_shows_counts_groups_and_costs(types: Typing) -> None:
    result = types("list")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "3 dead letters in dead, 1 unreadable",
        "About 4 more were not returned by SQS; list again.",
        "About 5 more are hidden: another reader has received them, or a run was killed and they "
        "are visible again within 5 minutes.",
        "",
        "2x MailboxFullError: mailbox is full",
        "    oldest 2h 30m ago · task.created.v1 1, task.deleted.v1 1",
        "    for example e-1",
        "",
        f"1x unreadable: {NO_JSON.replace('1', '<n>').replace('char 0', 'char <n>')}",
        "    oldest 1h ago · no event type 1",
        "    for example m-2",
        "",
        "Reading took 20 SQS requests ($0.000008) and one receive per message; 1 have 3 or more, "
        "which the age metric no longer counts. All are visible again.",
    ]


def test_list_each_shows_a_line_per_dead_letter_that_matches(types: Typing) -> None:
    assert types("list", "--each", "--until", "1m").stdout.splitlines()[3:6] == [
        "2026-03-01T09:30:00.000Z e-1 task.created.v1 MailboxFullError: mailbox is full",
        f"2026-03-01T11:00:00.000Z m-2 unreadable: {NO_JSON}",
        "2026-03-01T11:58:00.000Z e-2 task.deleted.v1 MailboxFullError: mailbox is full",
    ]
    types.sqs.bodies = list(BODIES)
    found = types("list", "--each", "--id", "e-2").stdout.splitlines()
    assert found[0] == "1 of 3 dead letters in dead"
    assert found[3:4] == [
        "2026-03-01T11:58:00.000Z e-2 task.deleted.v1 MailboxFullError: mailbox is full"
    ]


def test_list_gives_programs_every_count(types: Typing) -> None:
    found = json.loads(types("list", "--json", "--type", "task.created.v1").stdout)

    assert [each["message_id"] for each in found.pop("dead_letters")] == ["m-1"]
    assert found == {
        "queue_url": DEAD,
        "read": 3,
        "matched": 1,
        "unread": 4,
        "hidden_elsewhere": 5,
        "sqs_requests": 20,
        "groups": [
            {
                "error": "MailboxFullError: mailbox is full",
                "count": 1,
                "oldest_at": "2026-03-01T09:30:00.000Z",
                "event_types": {"task.created.v1": 1},
            }
        ],
    }


def test_an_empty_queue_is_one_line(types: Typing) -> None:
    types.sqs.bodies, types.sqs.visible, types.sqs.hidden = [], 0, 0

    assert types("list").stdout == "0 dead letters in dead\n\n"


SHOWN = [
    "message id  m-1",
    "event id    e-1",
    "type        task.created.v1",
    "subject     t-1",
    "readable    True",
    "error       MailboxFullError: mailbox is full",
    "condition   RetriesExhausted",
    "attempts    3",
    "replays     0",
    f"function    {TARGET}:$LATEST",
    "request id  r-1",
    "failed at   2026-03-01T09:30:00.000Z",
    "sent at     2026-03-01T11:00:00.000Z",
    "receives    1",
    "",
    "{",
    '  "specversion": "1.0",',
    '  "source": "/tasks",',
    '  "type": "task.created.v1",',
    '  "subject": "t-1",',
    '  "id": "e-1",',
    '  "replays": 0',
    "}",
]
EXPORTED = {
    "message_id": "m-1",
    "event_id": "e-1",
    "type": "task.created.v1",
    "subject": "t-1",
    "readable": True,
    "error": "MailboxFullError: mailbox is full",
    "error_code": None,
    "condition": "RetriesExhausted",
    "attempts": 3,
    "replays": 0,
    "function": f"{TARGET}:$LATEST",
    "request_id": "r-1",
    "source": None,
    "target": None,
    "failed_at": "2026-03-01T09:30:00.000Z",
    "sent_at": "2026-03-01T11:00:00.000Z",
    "receives": 1,
    "payload": json.dumps(event("e-1")),
    "body": FULL,
    "message_attributes": {"b": {"DataType": "Binary", "BinaryValue": "/w=="}},
    "message_group": "g",
}


def test_show_prints_one_in_full(types: Typing) -> None:
    assert types("show", "e-1").stdout.splitlines() == SHOWN
    types.sqs.bodies = list(BODIES)
    assert json.loads(types("show", "m-1", "--json").stdout) == EXPORTED


def test_show_of_an_unknown_id_says_how_many_were_read(types: Typing) -> None:
    result = types("show", "e-9")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: no dead letter with the event id or message id 'e-9' among 3 read; about 5 more "
        "are hidden by other readers\n"
    )


def test_export_prints_a_line_for_each_and_what_is_left(types: Typing, tmp_path: Path) -> None:
    result = types("export", "--error", "mailbox")

    assert json.loads(result.stdout.splitlines()[0]) == EXPORTED
    assert len(result.stdout.splitlines()) == 2
    assert (result.exit_code, result.stderr) == (
        1,
        "2 dead letters exported; about 9 more were not returned.\n",
    )
    types.sqs.bodies, types.sqs.visible, types.sqs.hidden = [FULL], 1, 0
    file = tmp_path / "export.jsonl"
    result = types("export", "--to", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 dead letter exported.\n"
    assert json.loads(file.read_text()) == EXPORTED


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
    assert refused.stderr.endswith("Nothing was deleted. Without a terminal, pass --yes.\n")
    assert refused.exit_code == 1


def test_nobody_is_asked_about_nothing(types: Typing, tmp_path: Path) -> None:
    types.sqs.visible = types.sqs.hidden = 0
    result = types("purge", "--apply", "--save", str(tmp_path / "saved"), "--id", "none")

    assert (result.exit_code, result.stderr) == (0, "")
    assert not (tmp_path / "saved").exists()

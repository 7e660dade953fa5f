"""What list, show and export print about a queue: every line of text, and every line of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ops.dead_letters.whole_queue import BODIES, DEAD, EXPORTED, FULL, NO_JSON, Sqs, Typing
from tests.ops.fakes import TARGET


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
    "message id     m-1",
    "event id       e-1",
    "type           task.created.v1",
    "subject        t-1",
    "readable       True",
    "error          MailboxFullError: mailbox is full",
    "condition      RetriesExhausted",
    "attempts       3",
    "replays        0",
    f"function       {TARGET}:$LATEST",
    "request id     r-1",
    "message group  g",
    "failed at      2026-03-01T09:30:00.000Z",
    "sent at        2026-03-01T11:00:00.000Z",
    "receives       1",
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

"""The summary of a replay or purge, row for row and as one object."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from serverless_ops.dead_letters.outcome import Outcome
from serverless_ops.dead_letters.report import Report
from serverless_ops.dead_letters.selection import Selection
from tests.ops.dead_letters.samples import a_dead_letter, unreadable

READER: Any = SimpleNamespace(unread=4, hidden_elsewhere=5)
NOTHING_LEFT: Any = SimpleNamespace(unread=0, hidden_elsewhere=0)


def _outcome(outcome: str, detail: str | None = None, message_id: str = "m-1") -> Outcome:
    return Outcome(dead_letter=a_dead_letter(message_id), outcome=outcome, detail=detail)


def _selected(*, at_limit: bool = False) -> Selection:
    skipped = [
        Outcome(dead_letter=unreadable(), outcome="unreadable", detail="no JSON at 17"),
        _outcome("refused", "replayed 3 times or more already"),
    ]
    chosen = [a_dead_letter("c-1"), a_dead_letter("c-2"), a_dead_letter("c-3")]
    return Selection(chosen=chosen, skipped=skipped, unmatched=6, stopped_at_limit=at_limit)


def _rows(report: Report) -> list[str]:
    file = io.StringIO()
    report.show(Console(file=file, width=400))
    return [" ".join(line.split()) for line in file.getvalue().splitlines() if line.strip(" ─")]


def _applied() -> Report:
    report = Report("replay", "replayed", apply=True)
    report.start(_selected(at_limit=True), READER)
    report.outcomes += [
        *report.selection.skipped,
        _outcome("failed", "target returned 17"),
        _outcome("replayed", message_id="c-1"),
    ]
    report.ended, report.error, report.still_hidden = "stopped", "why", "1 dead letter"
    return report


def test_what_was_done_comes_first_and_then_what_stays_and_why() -> None:
    assert _rows(_applied()) == [
        "outcome count why",
        "replayed 1",
        "unreadable 1 still in the queue: no JSON at <n>; dead-letters show ID prints one, "
        "dead-letters purge --unreadable --save FILE --apply removes them",
        "refused 1 still in the queue: replayed 3 times or more already",
        "failed 1 target returned <n>",
        "not reached 1 still in the queue",
        "unread ~4 SQS did not return them; run it again",
        "hidden ~5 another reader has received them, or a run was killed and they are visible "
        "again within 5 minutes; then run it again",
        "other 6 excluded by the filters",
        "Reading stopped at --max; more may match.",
    ]


def test_programs_get_every_figure_and_every_dead_letter() -> None:
    found = _applied().as_json()

    shown = found.pop("dead_letters")
    assert found == {
        "action": "replay",
        "applied": True,
        "ended": "stopped",
        "error": "why",
        "replayed": 1,
        "refused": 1,
        "unreadable": 1,
        "failed": 1,
        "not_reached": 1,
        "unread": 4,
        "hidden": 5,
        "still_hidden": "1 dead letter",
        "unmatched": 6,
        "stopped_at_max": True,
    }
    assert shown[-1] == {
        "message_id": "c-1",
        "event_id": "e-1",
        "outcome": "replayed",
        "detail": None,
    }
    assert [each["outcome"] for each in shown] == ["unreadable", "refused", "failed", "replayed"]


def test_a_dry_run_says_what_would_be_done() -> None:
    report = Report("purge", "purged", apply=False)
    report.start(_selected(), NOTHING_LEFT)

    assert _rows(report)[1] == "would be purged 3"
    assert _rows(report)[-1] == "other 6 excluded by the filters"
    found = report.as_json()
    assert (found["would_be_purged"], found["not_reached"]) == (3, 0)
    assert (found["ended"], found["error"], found["still_hidden"]) == ("done", None, None)
    assert (found["applied"], found["stopped_at_max"], found["unread"]) == (False, False, 0)
    assert "purged" not in found


def test_rounds_are_added_up_and_the_last_counts_of_the_queue_hold() -> None:
    report = Report("replay", "replayed", apply=True)
    report.start(_selected(at_limit=True), READER)
    report.start(_selected(), NOTHING_LEFT)

    assert (report.not_reached, report.unread, report.hidden) == (10, 0, 0)
    assert report.selection.unmatched == 12
    assert report.selection.stopped_at_limit


def test_nothing_to_do_is_a_row_of_its_own() -> None:
    assert _rows(Report("replay", "replayed", apply=True)) == ["outcome count why", "replayed 0"]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, False),
        ({"outcomes": [_outcome("replayed")], "selection": Selection(chosen=[a_dead_letter()])}, 0),
        ({"selection": Selection(chosen=[a_dead_letter()])}, True),
        ({"selection": Selection(unmatched=3, stopped_at_limit=True)}, False),
        ({"unread": 1}, True),
        ({"hidden": 1}, True),
        ({"still_hidden": "1"}, True),
        *(
            (
                {"outcomes": [_outcome(each)], "selection": Selection(chosen=[a_dead_letter()])},
                True,
            )
            for each in ("refused", "unreadable", "failed")
        ),
    ],
)
def test_something_is_left_if_it_should_not_be_in_the_queue_any_more(
    changes: dict[str, Any], *, left: bool
) -> None:
    assert Report("replay", "replayed", apply=True, **changes).something_left == left

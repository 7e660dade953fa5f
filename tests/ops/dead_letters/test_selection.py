"""Which dead letters a run takes, and why it leaves the others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.filters import Filters
from serverless_ops.dead_letters.selection import (
    ReplayRules,
    Selection,
    select_for_purge,
    select_for_replay,
)
from tests.ops.dead_letters.samples import MINUTE, NOON, a_dead_letter, an_event, unreadable

RULES = ReplayRules(started_at=NOON)
TOO_NEW = "arrived after this run began; run it again"


def _left(selection: Selection) -> list[tuple[str, str, str | None]]:
    return [(e.dead_letter.message_id, e.outcome, e.detail) for e in selection.skipped]


def _ids(selection: Selection) -> list[str]:
    return [each.message_id for each in selection.chosen]


def _replayed(times: int) -> DeadLetter:
    return a_dead_letter(f"m-{times}", an_event(f"e-{times}", replays=times))


@pytest.mark.parametrize(
    ("max_replays", "taken"), [(3, [0, 1, 2]), (1, [0]), (None, [0, 1, 2, 3, 4])]
)
def test_an_event_is_refused_once_it_was_replayed_so_often(
    max_replays: int | None, taken: list[int]
) -> None:
    rules = replace(RULES, max_replays=max_replays)

    found = select_for_replay(map(_replayed, range(5)), rules)

    assert _ids(found) == [f"m-{times}" for times in taken]
    refused = f"replayed {max_replays} times or more already; see --force"
    assert _left(found) == [
        (f"m-{times}", "refused", refused) for times in range(5) if times not in taken
    ]


def test_three_replays_are_the_limit_unless_another_is_given() -> None:
    assert ReplayRules().max_replays == 3
    assert ReplayRules().destination_skip_reason(unreadable()) is None


@pytest.mark.parametrize("kind", ["replay", "purge"])
@pytest.mark.parametrize(
    ("sent_at", "taken"), [(NOON - MINUTE, True), (NOON, True), (NOON + MINUTE, False)]
)
def test_what_arrives_after_the_beginning_is_left(
    sent_at: datetime, kind: str, *, taken: bool
) -> None:
    waiting = [a_dead_letter(sent_at=sent_at)]

    if kind == "replay":
        found = select_for_replay(waiting, RULES)
    else:
        found = select_for_purge(waiting, Filters(), NOON, unreadable=False)

    assert _left(found) == ([] if taken else [("m-1", "refused", TOO_NEW)])
    assert _ids(found) == (["m-1"] if taken else [])


def test_what_the_destination_does_not_take_is_left_with_its_reason() -> None:
    rules = replace(RULES, destination_skip_reason=lambda each: each.message_id * (each.body < "c"))

    found = select_for_replay([a_dead_letter(), a_dead_letter("m-2", body="z")], rules)

    assert (_ids(found), _left(found)) == (["m-2"], [("m-1", "refused", "m-1")])


def test_an_event_is_taken_once_and_an_unreadable_message_never() -> None:
    waiting = [a_dead_letter("a"), unreadable("u"), a_dead_letter("b"), unreadable("v", problem="")]

    found = select_for_replay(waiting, RULES)

    assert _ids(found) == ["a"]
    assert _left(found) == [
        ("u", "unreadable", "no JSON"),
        ("b", "refused", "contains an event that this run replays from another message; run it "
        "again"),
        ("v", "unreadable", "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("only_unreadable", "taken", "left", "unmatched"),
    [
        (False, ["a", "b"], [("u", "unreadable", "no JSON; see --unreadable")], 0),
        (True, ["u"], [], 2),
    ],
)
def test_a_purge_takes_either_the_readable_or_the_unreadable(
    only_unreadable: bool, taken: list[str], left: list[Any], unmatched: int
) -> None:
    waiting = [a_dead_letter("a"), unreadable("u"), a_dead_letter("b")]

    found = select_for_purge(waiting, Filters(), NOON, unreadable=only_unreadable)

    assert (_ids(found), _left(found), found.unmatched) == (taken, left, unmatched)
    assert not found.stopped_at_limit


@pytest.mark.parametrize(
    ("limit", "taken", "read", "stopped"),
    [(1, 1, 2, True), (2, 2, 4, True), (3, 2, 4, False), (None, 2, 4, False)],
)
def test_no_more_is_read_than_the_limit_needs(
    limit: int | None, taken: int, read: int, *, stopped: bool
) -> None:
    reading = itertools.count(1)
    seen: list[int] = []

    def waiting() -> Iterator[DeadLetter]:
        for name in ("u", "a", "v", "b"):
            seen.append(next(reading))
            yield unreadable(name) if name in "uv" else a_dead_letter(name, an_event(name))

    found = select_for_replay(waiting(), RULES, limit=limit)

    assert (len(found.chosen), len(seen), found.stopped_at_limit) == (taken, read, stopped)


def test_what_no_filter_lets_pass_is_only_counted() -> None:
    filters = Filters(ids=frozenset({"e-2"}))
    waiting = [a_dead_letter("a"), a_dead_letter("b", an_event("e-2")), unreadable("u")]

    found = select_for_replay(waiting, RULES, filters)

    assert (_ids(found), _left(found), found.unmatched) == (["b"], [], 2)


def test_rounds_are_added_up() -> None:
    total = Selection()
    total.add(Selection(chosen=[a_dead_letter("a")], unmatched=2, stopped_at_limit=True))
    total.add(Selection(chosen=[a_dead_letter("b")], unmatched=3))

    assert (_ids(total), total.unmatched, total.stopped_at_limit) == (["a", "b"], 5, True)


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters(), True),
        (Filters(ids=frozenset({"m-1"})), True),
        (Filters(ids=frozenset({"e-1", "x"})), True),
        (Filters(ids=frozenset({"o-1"})), False),
        (Filters(types=frozenset({"order.paid.v1", "x"})), True),
        (Filters(types=frozenset({"order.paid.v10", "order.paid", "a", "z"})), False),
        (Filters(subject="o-1"), True),
        (Filters(subject="o-0"), False),
        (Filters(subject="o-2"), False),
        (Filters(error="mailboxFULL"), True),
        (Filters(error="IS Full"), True),
        (Filters(error="MailboxFullError: mailbox is full."), False),
        (Filters(since=NOON), True),
        (Filters(since=NOON + MINUTE), False),
        (Filters(until=NOON), False),
        (Filters(until=NOON + MINUTE), True),
        (Filters(since=NOON, until=NOON + MINUTE), True),
        (Filters(since=NOON - MINUTE, until=NOON), False),
        (Filters(subject="o-1", error="other"), False),
        (Filters(ids=frozenset({"m-1"}), subject="o-2"), False),
    ],
)
def test_a_dead_letter_must_pass_every_filter(filters: Filters, *, passes: bool) -> None:
    assert filters.matches(a_dead_letter(sent_at=NOON)) is passes


def test_without_a_time_it_is_in_no_period() -> None:
    assert Filters().matches(a_dead_letter())
    assert not Filters(since=NOON).matches(a_dead_letter())
    assert not Filters(until=NOON).matches(a_dead_letter())

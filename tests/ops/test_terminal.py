"""Ages, patterns of errors, timestamps."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from serverless_ops.dead_letters.error_groups import error_pattern
from serverless_ops.dead_letters.replay_to_function import function_name
from serverless_ops.options import parse_timestamp
from serverless_ops.terminal import age, show

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("task 01a1fcc2-6abb-71e6-819a-92806080e9e9 is gone", "task <id> is gone"),
        ("waited 30.5 s, limit 30", "waited <n> s, limit <n>"),
        ("RequestId: 9f86d081884c7d65", "RequestId: <id>"),
        ("at 2026-03-01T09:30:00.123Z", "at <time>"),
        ("no mailbox a.b+c@x.example.org", "no mailbox <address>"),
        ("task.created.v99 in US-EAST-1", "task.created.v99 in US-EAST-1"),
        ("two\nlines", "two lines"),
    ],
)
def test_errors_that_differ_in_ids_and_numbers_have_one_pattern(error: str, expected: str) -> None:
    assert error_pattern(error) == expected


def test_a_very_long_error_is_shortened() -> None:
    assert error_pattern("x" * 200_000) == "x" * 500 + " …"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (7500, "2h 5m"), (90_000, "1d 1h"), (604_800, "1w")],
)
def test_an_age_has_two_units_at_most(seconds: int, expected: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == expected


def test_an_age_is_never_negative_and_may_be_unknown() -> None:
    assert (age(NOW + timedelta(hours=1), NOW), age(None, NOW)) == ("0s", "unknown")


@pytest.mark.parametrize(
    ("text", "before_now"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("2026-03-01T11:00:00Z", timedelta(hours=1)),
        ("2026-03-01T13:00:00+02:00", timedelta(hours=1)),
    ],
)
def test_a_timestamp_is_rfc_3339_or_an_age(text: str, before_now: timedelta) -> None:
    assert parse_timestamp(text, NOW) == NOW - before_now


@pytest.mark.parametrize("text", ["", "2", "h", "-2h", "yesterday", "2026-03-01", "999999w"])
def test_any_other_timestamp_is_rejected_with_its_value(text: str) -> None:
    with pytest.raises(ValueError, match=f"got '{text}'"):
        parse_timestamp(text, NOW)


@pytest.mark.parametrize(
    "name", ["notify", "notify:live", "arn:aws:lambda:us-east-1:1:function:notify:$LATEST"]
)
def test_a_function_has_one_name_however_it_is_written(name: str) -> None:
    assert function_name(name) == "notify"


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        ("dead letters      " + "word " * 40, " " * 18),
        ("    2x, oldest 3m ago: " + "word " * 40, " " * 8),
        ("Stack dev is fine: " + "word " * 40, " " * 4),
    ],
)
def test_a_long_line_is_continued_below_its_text(text: str, indent: str) -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True)

    show(console, text)

    first, *rest = file.getvalue().splitlines()
    assert first == text[: len(first)]
    assert rest
    assert all(line.startswith(f"{indent}w") and len(line) <= 80 for line in rest)


def test_a_pipe_gets_whole_lines() -> None:
    file = io.StringIO()

    show(Console(file=file, width=1_000_000, soft_wrap=True), "word " * 100)

    assert file.getvalue() == "word " * 100 + "\n"

"""Lines for people and pipes, character for character."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from serverless_ops.dead_letters.error_groups import error_pattern
from serverless_ops.terminal import age, counted, one_line, out, plain, show, timestamp_text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.9, "0s"),
        (1, "1s"),
        (61, "1m 1s"),
        (3_599, "59m 59s"),
        (3_600, "1h"),
        (3_601, "1h"),
        (3_660, "1h 1m"),
        (86_399, "23h 59m"),
        (86_400, "1d"),
        (604_799, "6d 23h"),
        (694_800, "1w 1d"),
        (60_480_000, "100w"),
        (-5, "0s"),
    ],
)
def test_an_age_is_told_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert age(NOON - timedelta(seconds=seconds), NOON) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 alarms"), (1, "1 alarm"), (2, "2 alarms"), (-1, "-1 alarms")]
)
def test_one_is_singular(count: int, text: str) -> None:
    assert counted(count, "alarm") == text


@pytest.mark.parametrize(
    ("text", "safe", "line"),
    [
        ("a b\tc", "a b\\tc", "a b\\tc"),
        ("a\n  b ", "a\n  b ", "a b"),
        ("\x1b[2J\r", "\\x1b[2J\\r", "\\x1b[2J\\r"),
        ("é \u202e", "é \\u202e", "é \\u202e"),
        (7, "7", "7"),
    ],
)
def test_what_could_move_the_cursor_is_escaped(text: object, safe: str, line: str) -> None:
    assert (plain(text), one_line(text)) == (safe, line)


def test_a_time_is_text_in_utc_or_nothing() -> None:
    assert timestamp_text(NOON) == "2026-03-01T12:00:00.000Z"
    assert timestamp_text(None) is None


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("columns", "width"), [("19", 20), ("20", 20), ("72", 72)])
def test_a_terminal_has_its_width_but_20_columns_at_least(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout", _Terminal())

    console = out()

    assert (console.width, console.soft_wrap, console.file.isatty()) == (width, False, True)


@pytest.mark.parametrize(("errors", "stream"), [(False, "stdout"), (True, "stderr")])
def test_a_pipe_has_lines_of_any_length_without_marks(
    monkeypatch: pytest.MonkeyPatch, stream: str, *, errors: bool
) -> None:
    file = io.StringIO()
    monkeypatch.setattr(f"sys.{stream}", file)

    console = out(errors=errors)
    show(console, "[red]12[/red] :smile: " + "word " * 100, style="bold")

    assert file.getvalue() == "[red]12[/red] :smile: " + "word " * 100 + "\n"
    assert (console.width, console.soft_wrap) == (1_000_000, True)


def _shown(text: str, width: int = 20) -> list[str]:
    file = io.StringIO()
    show(Console(file=file, width=width, force_terminal=True, color_system=None), text)
    return file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("short", ["short"]),
        ("a" * 20, ["a" * 20]),
        ("a" * 21, ["a" * 20, "    a"]),
        ("one two three four five", ["one two three four", "    five"]),
        ("label  one two three four", ["label  one two three", "       four"]),
        ("    one two three four", ["    one two three", "        four"]),
        ("a-b-c-d-e-f-g h-i-j-k", ["a-b-c-d-e-f-g", "    h-i-j-k"]),
    ],
)
def test_a_line_that_does_not_fit_goes_on_below_its_text(text: str, lines: list[str]) -> None:
    assert _shown(text) == lines


def test_a_style_is_that_of_the_whole_line() -> None:
    file = io.StringIO()
    console = Console(file=file, width=10, force_terminal=True, color_system="standard")

    show(console, "one two three", style="bold")

    assert file.getvalue() == "\x1b[1mone two\x1b[0m\n\x1b[1m    three\x1b[0m\n"


@pytest.mark.parametrize(
    ("error", "pattern"),
    [
        ("x" * 500, "x" * 500),
        ("x" * 501, "x" * 500 + " …"),
        ("id 1234567a, 123456a", "id <id>, 123456a"),
        ("face decade", "face decade"),
        ("at 2026-03-01T09:30:00+02:00 and 2026-03-01T09:30:00", "at <time> and <time>"),
        ("v1.2 3.4 5, -7", "v1.2 <n> <n>, -7"),
    ],
)
def test_a_pattern_replaces_only_what_differs(error: str, pattern: str) -> None:
    assert error_pattern(error) == pattern

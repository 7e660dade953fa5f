"""Times as they are typed, and options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_ops.options import INTERRUPTED, LEFT, UNREACHABLE, USAGE_ERROR, parse_timestamp
from tests.ops.fakes import ended, no_pulumi, stack_outputs

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before_now"),
    [
        ("0s", timedelta(0)),
        ("999999s", timedelta(seconds=999_999)),
        (" 90 m ", timedelta(minutes=90)),
        ("3h", timedelta(hours=3)),
        ("4d", timedelta(days=4)),
        ("5w", timedelta(weeks=5)),
        (" 2026-03-01T11:59:59.5Z ", timedelta(seconds=0.5)),
    ],
)
def test_an_age_is_a_number_with_its_unit(text: str, before_now: timedelta) -> None:
    assert parse_timestamp(text, NOW) == NOW - before_now


@pytest.mark.parametrize("text", ["1000000s", "1.5h", "1 y", "s", "1h 2m", "²h", "999999w"])
def test_what_is_neither_a_time_nor_an_age_is_refused_whole(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be") as raised:
        parse_timestamp(text, NOW)

    assert str(raised.value) == (
        "must be an RFC 3339 timestamp such as 2026-03-01T09:30:00Z, or an age such as 90s, 30m, "
        f"2h or 7d, got {text!r}"
    )


def test_exit_codes_are_those_of_the_documentation() -> None:
    assert (LEFT, USAGE_ERROR, UNREACHABLE, INTERRUPTED) == (1, 2, 3, 130)


def _types(*words: str, run: Any = no_pulumi) -> Any:
    context = Context(client=lambda *_: None, run=run, now=lambda: NOW)
    return CliRunner().invoke(commands, list(words), obj=context)


def test_several_stacks_are_not_read_from_one_file() -> None:
    one = _types("status", "--stack", "dev", "--outputs", "none.json")
    two = _types("status", "--stack", "dev", "--stack", "prod", "--outputs", "none.json")

    assert (one.exit_code, two.exit_code) == (3, 2)
    assert "Error: pass either --outputs FILE or several times --stack\n" in two.stderr


@pytest.mark.parametrize(
    "words",
    [("status",), ("trace", "x"), ("relay",), ("verify-alarms",), ("outbox", "list"),
     ("strangler", "status"), ("circuit-breakers",)],
)  # fmt: skip
def test_without_a_stack_nothing_is_looked_up(words: tuple[str, ...]) -> None:
    result = _types(*words)

    assert result.exit_code == 2
    assert "Error: pass --stack, or --outputs FILE\n" in result.stderr


@pytest.mark.parametrize(
    ("words", "exit_code", "text"),
    [
        (("relay",), 1, "Error: this stack has no outbox, and therefore no relay\n"),
        (("outbox", "list"), 1, "Error: stack dev has no outbox\n"),
        (("verify-alarms",), 3, "Error: stack dev has no alarm topic\n"),
        (("circuit-breakers",), 3, "Error: stack dev has no circuit breakers\n"),
        (
            ("strangler", "status"),
            3,
            "Error: stack dev has no strangler facade with moving routes; a route that has moved "
            "goes back by a deployment\n",
        ),
        (
            ("dead-letters", "list"),
            3,
            "Error: stack dev has no dead-letter queue; use --queue-url to name one\n",
        ),
    ],
)
def test_what_a_stack_does_not_have_is_named(
    words: tuple[str, ...], exit_code: int, text: str
) -> None:
    nothing = stack_outputs(alarmTopicArn=None)

    result = _types(*words, "--stack", "dev", run=lambda _: ended(0, nothing))

    assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", text)

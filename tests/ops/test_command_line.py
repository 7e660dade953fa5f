"""Everything that can be typed is on record, so that a change of it is seen in review."""

from __future__ import annotations

from tests.ops.command_line import FILE, options, text


def test_commands_arguments_and_options_are_those_on_record() -> None:
    assert text() == FILE.read_text(), (
        "the command line has changed; if that is meant: python -m tests.ops.command_line"
    )


def test_a_value_that_is_taken_if_none_is_given_is_shown_in_the_help() -> None:
    silent = [
        f"{command} {option.name}"
        for command, option in options()
        if not option.is_flag and isinstance(option.default, str | int | float)
        if not option.show_default
    ]

    assert silent == []

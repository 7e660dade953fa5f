"""Every command with its arguments and options: `python -m tests.ops.command_line` records them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from serverless_ops.cli import commands

FILE = Path(__file__).with_name("command_line.txt")
_LIMITS = ("choices", "min", "max", "min_open", "max_open", "clamp")
_MARKS = ("required", "multiple", "is_flag", "count", "hidden")


def text() -> str:
    """Return a line for each command, argument and option."""
    return "\n".join(_lines(commands.to_info_dict(click.Context(commands)), "serverless_ops"))


def options() -> Iterator[tuple[str, click.Option]]:
    """Yield every option, and the name of its command."""

    def inside(command: click.Command, name: str) -> Iterator[tuple[str, click.Option]]:
        for each in command.params:
            if isinstance(each, click.Option):
                yield name, each
        for name_of, each in getattr(command, "commands", {}).items():
            yield from inside(each, f"{name} {name_of}")

    return inside(commands, "serverless_ops")


def _lines(command: dict[str, Any], name: str) -> Iterator[str]:
    yield name
    yield from (_line(each) for each in command["params"] if each["opts"] != ["--help"])
    yield ""
    for each, subcommand in command.get("commands", {}).items():
        yield from _lines(subcommand, f"{name} {each}")


def _line(parameter: dict[str, Any]) -> str:
    kind, default = parameter["type"], parameter.get("default")
    words = [kind["name"], *(f"{each} {kind[each]}" for each in _LIMITS if kind.get(each))]
    words += [each for each in _MARKS if parameter.get(each)]
    if isinstance(default, str | int | float):
        words.append(f"default {default}")
    return f"    {' '.join(parameter['opts'])}: {', '.join(words)}"


if __name__ == "__main__":
    FILE.write_text(text())
    sys.stdout.write(f"{FILE} is written; review its diff\n")

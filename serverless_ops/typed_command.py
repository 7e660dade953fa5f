"""The running command as it was typed, to be offered again with an option that it needs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import click

_TYPED = "ops.typed"


def keep_typed(context: click.Context, words: Sequence[str]) -> None:
    """Remember what was typed after the program's name, for `command_with`."""
    context.meta[_TYPED] = [context.command_path, *words]


def command_with(*more: str) -> str:
    """Return the running command as it was typed, with further words, for a shell."""
    program, *words = click.get_current_context().meta[_TYPED]
    return f"{program} {shlex.join([*words, *more])}"

"""Where one of several queues or tables cannot be read, a command goes on with the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from botocore.exceptions import ClientError

from serverless_ops.aws.errors import UnreadablePartError, explain
from serverless_ops.options import UNREACHABLE
from serverless_ops.terminal import one_line


class Unread:
    """Names on stderr what could not be read. What concerns all alike, such as that AWS cannot be
    reached, is raised."""

    def __init__(self) -> None:
        self.any = False

    @contextmanager
    def reading(self, part: str) -> Iterator[None]:
        """Read one of them; the rest of the block is left out if AWS refuses, or if it cannot be
        understood."""
        try:
            yield
        except (ClientError, UnreadablePartError) as error:
            self.any = True
            why = explain(error) if isinstance(error, ClientError) else str(error)
            click.echo(one_line(f"Error: {part}: {why}"), err=True)

    def exit_code(self, otherwise: int) -> int:
        """Return that of what cannot be reached, or `otherwise`."""
        return UNREACHABLE if self.any else otherwise

    def end(self, exit_code: int = 0) -> None:
        """End the command with this exit code, or with that of what cannot be reached."""
        if code := self.exit_code(exit_code):
            raise click.exceptions.Exit(code)

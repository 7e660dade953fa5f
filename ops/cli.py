"""The commands of `python -m ops`."""

from __future__ import annotations

from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from ops.aws_errors import explain
from ops.commands.breakers import breakers
from ops.commands.list_letters import list_letters
from ops.commands.options import INTERRUPTED, OUT_OF_REACH
from ops.commands.purge_letters import purge_letters
from ops.commands.replay_letters import replay_letters
from ops.commands.run_relay import run_relay
from ops.commands.show_deliveries import show_deliveries
from ops.commands.show_letter import show_letter
from ops.commands.show_status import show_status
from ops.commands.trace_event import trace_event
from ops.commands.verify_alarms import verify_alarms
from ops.sight import plain
from ops.stack_outputs import OutOfReachError
from ops.surroundings import Surroundings


class _OutOfReach(click.ClickException):
    exit_code = OUT_OF_REACH


class _Explained(click.Group):
    """Shows errors that explain themselves without a traceback, each with its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OutOfReachError as error:
            raise _OutOfReach(plain(error)) from error
        except (ClientError, BotoCoreError) as error:
            raise _OutOfReach(plain(explain(error))) from error
        except KeyboardInterrupt:
            click.echo("Interrupted; nothing was changed.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(cls=_Explained)
@click.pass_context
def commands(ctx: click.Context) -> None:
    """What people do to a running stack."""
    ctx.obj = ctx.obj or Surroundings()


@commands.group("dead-letters")
def dead_letters() -> None:
    """Events that failed for good: look at them, replay them, or delete them.

    \b
    What to do when the alarm on the queue's depth goes off:
      1. list     which errors, how many, since when
      2. show     one of them in full; mend the cause
      3. replay   a dry run first, then --apply
    """


for command in (list_letters, show_letter, replay_letters, purge_letters):
    dead_letters.add_command(command)

commands.add_command(show_deliveries)
commands.add_command(breakers)
commands.add_command(run_relay)
commands.add_command(show_status)
commands.add_command(trace_event)
commands.add_command(verify_alarms)

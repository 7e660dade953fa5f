"""The commands of `python -m serverless_ops`."""

from __future__ import annotations

from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from serverless_ops.alarms.verify_alarms_command import verify_alarms
from serverless_ops.aws.errors import UnreachableError, explain
from serverless_ops.circuit_breakers.circuit_breakers_command import circuit_breakers
from serverless_ops.context import Context
from serverless_ops.dead_letters.export_command import export_dead_letters
from serverless_ops.dead_letters.list_command import list_dead_letters
from serverless_ops.dead_letters.purge_command import purge_dead_letters
from serverless_ops.dead_letters.replay_command import replay_dead_letters
from serverless_ops.dead_letters.show_command import show_dead_letter
from serverless_ops.deliveries.deliveries_command import show_deliveries
from serverless_ops.moving_routes.moving_routes_command import moving_routes
from serverless_ops.options import INTERRUPTED, UNREACHABLE
from serverless_ops.outbox.outbox_command import outbox
from serverless_ops.outbox.relay_command import check_relay
from serverless_ops.status.status_command import show_status
from serverless_ops.terminal import plain
from serverless_ops.trace.trace_command import trace_event
from serverless_ops.typed_command import keep_typed


class _Unreachable(click.ClickException):
    exit_code = UNREACHABLE


class _ExplainedErrors(click.Group):
    """Shows expected errors without a traceback, each with its exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        keep_typed(ctx, args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UnreachableError as error:
            raise _Unreachable(plain(error)) from error
        except (ClientError, BotoCoreError) as error:
            raise _Unreachable(plain(explain(error))) from error
        except BrokenPipeError:
            # Whoever reads the output has read enough; click ends quietly.
            raise
        except OSError as error:
            raise click.UsageError(f"a file cannot be written: {error}") from error
        except KeyboardInterrupt:
            click.echo("Interrupted; nothing was changed.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(cls=_ExplainedErrors)
@click.pass_context
def commands(ctx: click.Context) -> None:
    """Day-two operations on a deployed stack."""
    ctx.obj = ctx.obj or Context()


@commands.group("dead-letters")
def dead_letters() -> None:
    """Events that failed for good: inspect, replay or delete them.

    \b
    When the alarm on the depth of a dead-letter queue fires:
      1. list     which errors, how many, since when
      2. show     one of them in full; fix the cause
      3. replay   a dry run first, then --apply
    """


for command in (
    list_dead_letters,
    show_dead_letter,
    export_dead_letters,
    replay_dead_letters,
    purge_dead_letters,
):
    dead_letters.add_command(command)

commands.add_command(show_deliveries)
commands.add_command(circuit_breakers)
commands.add_command(moving_routes)
commands.add_command(outbox)
commands.add_command(check_relay)
commands.add_command(show_status)
commands.add_command(trace_event)
commands.add_command(verify_alarms)

"""Options that select deliveries tables."""

from __future__ import annotations

from dataclasses import dataclass

import click

from serverless_ops.aws.clients import Connection
from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.options import resolved, stack_options
from serverless_ops.stack import DeliveriesTable, choose, connection, find_stack
from serverless_ops.stack_outputs import StackChoice

EXIT_CODES = """\b
Exit codes:
  0    done
  1    unknown id or name
  2    usage error
  3    the stack or the table cannot be reached
  130  interrupted
"""

_ADVICE = "or pass --table"
_OPTIONS = (
    click.option("--service", help="Name of the notification service, if the stack has several."),
    click.option("--table", help="Name of the deliveries table, instead of the stack's."),
    *stack_options,
)


@dataclass(frozen=True, kw_only=True)
class TableLocation:
    """Where the deliveries of one service are."""

    name: str
    connection: Connection


def _find_tables(
    context: Context,
    *,
    service: str | None,
    table: str | None,
    **chosen: str | None,
) -> list[TableLocation]:
    """Raises UnreachableError, also if the stack has none; UsageError if an option is missing."""
    choice = StackChoice(**chosen)
    if not choice.is_given:
        if table is None:
            raise click.UsageError("pass --stack, --outputs FILE or --table")
        how = connection(context, choice)
        return [TableLocation(name=table, connection=how)]
    found = find_stack(context, choice, _ADVICE)
    tables = choose(found.operations.deliveries, service, "--service", "notification service")
    if table is not None:
        same = [each for each in tables.values() if each.table_name == table]
        entries = same or [DeliveriesTable(table_name=table)]
    else:
        entries = list(tables.values())
    if not entries:
        raise UnreachableError(
            f"stack {found.name} has no deliveries table; use --table to name one"
        )
    return [TableLocation(name=each.table_name, connection=found.connection) for each in entries]


on_tables = resolved("locations", _find_tables, _OPTIONS)
"""Give a command the options that choose deliveries tables; it gets their `locations`."""

"""Options that select deliveries tables."""

from __future__ import annotations

from dataclasses import dataclass

import click

from ops.aws.clients import Connection
from ops.aws.errors import UnreachableError
from ops.context import Context
from ops.options import endpoint_option, region_option, resolved, stack_option
from ops.stack import DeliveriesTable, choose, connection, find_stack

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
    stack_option(),
    click.option("--service", help="Name of the notification service, if the stack has several."),
    click.option("--table", help="Name of the deliveries table, instead of the stack's."),
    region_option,
    endpoint_option,
)


@dataclass(frozen=True, kw_only=True)
class TableLocation:
    """Where the deliveries and the circuit breakers of one service are."""

    name: str
    channels: tuple[str, ...]
    """The channels of the service; none if only the table was given."""

    connection: Connection


def _find_tables(
    context: Context,
    *,
    stack: str | None,
    service: str | None,
    table: str | None,
    region: str | None,
    endpoint_url: str | None,
) -> list[TableLocation]:
    """Raises UnreachableError, and UsageError if an option is missing."""
    if stack is None:
        if table is None:
            raise click.UsageError("pass --stack, or --table")
        how = connection(context, None, region, endpoint_url)
        return [TableLocation(name=table, channels=(), connection=how)]
    found = find_stack(context, stack, region=region, endpoint_url=endpoint_url, advice=_ADVICE)
    tables = choose(found.operations.deliveries, service, "--service", "notification service")
    if table is not None:
        same = [each for each in tables.values() if each.table_name == table]
        entries = same or [DeliveriesTable(table_name=table)]
    else:
        entries = list(tables.values())
    if not entries:
        raise UnreachableError(f"stack {stack} has no deliveries table; {_ADVICE}")
    return [
        TableLocation(name=each.table_name, channels=each.channels, connection=found.connection)
        for each in entries
    ]


on_tables = resolved("locations", _find_tables, _OPTIONS)
"""Give a command the options that choose deliveries tables; it gets their `locations`."""

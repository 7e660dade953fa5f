"""`deliveries`: what was sent to whom, and whether it arrived."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from serverless_ops.context import Context
from serverless_ops.deliveries.delivery_records import (
    DeliveryRecord,
    deliveries_about,
    deliveries_of_event,
)
from serverless_ops.deliveries.table_options import EXIT_CODES, TableLocation, on_tables
from serverless_ops.options import LEFT, json_option
from serverless_ops.terminal import one_line, out, show, timestamp_text
from serverless_ops.unread import Unread
from serverless_runtime.once.rows import RETENTION_SECONDS

_KEPT_DAYS = RETENTION_SECONDS // 86_400

_MEANING = {
    "IN_PROGRESS": "an attempt is running until {leased_until}, or did not finish",
    "COMPLETED": "accepted by the provider at {completed_at} as {provider_id}",
    "DEAD_LETTERED": "dead-lettered at {dead_lettered_at}: see dead-letters, replay or purge",
    "WAITING": "failed at {updated_at}: waiting for Lambda's retry, or for a replay",
}


def _uuid(given: str) -> str:
    text = given.strip().lower()
    try:
        canonical = str(uuid.UUID(text)) == text
    except ValueError:
        canonical = False
    if not canonical:
        raise click.BadParameter(
            f"must be a UUID such as 019501d2-7c00-7a51-8f3e-52a1c0d9e7b4, got {one_line(given)!r}"
        )
    return text


@click.command("deliveries", epilog=f"Deliveries are kept for {_KEPT_DAYS} days.\n\n{EXIT_CODES}")
@click.pass_obj
@click.option("--event", type=_uuid, metavar="UUID", help="The event with this id.")
@click.option("--subject", type=_uuid, metavar="UUID", help="All events about what has this id.")
@json_option
@on_tables
def show_deliveries(
    context: Context,
    *,
    locations: list[TableLocation],
    event: str | None,
    subject: str | None,
    as_json: bool,
) -> None:
    """Show what was sent to whom and when, with the provider's id or the last error.

    Oldest first. Addresses are masked, and the text that was sent is not stored.
    """
    if (event is None) is (subject is None):
        raise click.UsageError("pass either --event or --subject")
    find = deliveries_about if event is None else deliveries_of_event
    unread, found = Unread(), dict[str, list[DeliveryRecord]]()
    for each in locations:
        with unread.reading(f"table {each.name}"):
            dynamodb = context.client("dynamodb", each.connection)
            found[each.name] = find(dynamodb, each.name, str(event or subject))
    if found and not any(found.values()):
        click.echo(
            f"Error: no delivery of {'event' if event else 'subject'} {event or subject} is "
            f"recorded in {one_line(', '.join(found))}: it was not attempted, no channel "
            f"subscribes to it, or its record has expired ({_KEPT_DAYS} days)",
            err=True,
        )
        raise click.exceptions.Exit(unread.exit_code(LEFT))
    for table, records in found.items():
        if as_json and records:
            shown = {"table": table, "deliveries": [_as_json(each) for each in records]}
            click.echo(json.dumps(shown))
            continue
        for record in records:
            _show(record)
    unread.end()


def _show(record: DeliveryRecord) -> None:
    known = _as_json(record)
    console = out()
    console.print(
        one_line(f"{known['started_at']} {record.channel} to {record.recipient}: {record.status}"),
        style="bold",
    )
    lines = [
        _MEANING.get(record.status, "not known to this version").format(**known),
        f"{record.event_type} {record.event_id}, about {record.subject}",
        f"attempts {record.attempts}, replays {record.replays}, "
        f"correlation id {record.correlation_id}",
    ]
    if record.error:
        lines.append(f"last error: {record.error}")
    for line in lines:
        show(console, f"    {one_line(line)}")


def _as_json(record: DeliveryRecord) -> dict[str, Any]:
    return {
        name: timestamp_text(value) if isinstance(value, datetime) else value
        for name, value in asdict(record).items()
    }

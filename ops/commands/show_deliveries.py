"""`deliveries`: what was sent where, and what became of it."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from ops.commands.options import LEFT
from ops.commands.tables import EXIT_CODES, on_table
from ops.deliveries import DeliveryRecord, deliveries_of_event, deliveries_of_task
from ops.sight import moment_text, one_line, out
from ops.surroundings import Surroundings, TableAccess

_MEANING = {
    "IN_PROGRESS": "an attempt is on its way until {leased_until}, or ended unheard of",
    "COMPLETED": "accepted by the provider at {completed_at} as {provider_id}",
    "DEAD_LETTERED": "dead-lettered at {dead_lettered_at}: see dead-letters, replay or purge",
    "WAITING": "failed at {updated_at}: waits for Lambda's retry, or for a replay",
}


class _Uuid(click.ParamType[str]):
    name = "uuid"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip().lower()
        try:
            canonical = str(uuid.UUID(text)) == text
        except ValueError:
            canonical = False
        if not canonical:
            self.fail(
                "must be a UUID such as 019501d2-7c00-7a51-8f3e-52a1c0d9e7b4, "
                f"got {one_line(value)!r}",
                param,
                ctx,
            )
        return text


@click.command("deliveries", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--event", type=_Uuid(), help="The event with this id.")
@click.option("--task", type=_Uuid(), help="All events about the task with this id.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@on_table
def show_deliveries(
    surroundings: Surroundings,
    *,
    access: TableAccess,
    event: str | None,
    task: str | None,
    as_json: bool,
) -> None:
    """What was sent where and when, with the provider's id or the reason of the last failure.

    Oldest first. Addresses are masked, and no text that was sent is kept. A delivery is remembered
    for 21 days.
    """
    if (event is None) is (task is None):
        raise click.UsageError("give either --event or --task")
    dynamodb = surroundings.client("dynamodb", access)
    if event is not None:
        records = deliveries_of_event(dynamodb, access.table, event)
    else:
        records = deliveries_of_task(dynamodb, access.table, str(task))
    if not records:
        click.echo(
            f"Error: no delivery of {'event' if event else 'task'} {event or task} is recorded in "
            f"{one_line(access.table)}: it was not attempted, no channel wants it, or it is more "
            "than 21 days ago",
            err=True,
        )
        raise click.exceptions.Exit(LEFT)
    if as_json:
        shown = {"table": access.table, "deliveries": [_as_json(each) for each in records]}
        click.echo(json.dumps(shown))
        return
    for record in records:
        _show(record)


def _show(record: DeliveryRecord) -> None:
    known = _as_json(record)
    console = out()
    began = known["started_at"] or "unknown when"
    to = f" to {record.sent_to}" if record.sent_to else ""
    console.print(one_line(f"{began} {record.channel}{to}: {record.status}"), style="bold")
    attempts = "unknown" if record.attempts is None else record.attempts
    meaning = _MEANING.get(record.status, "unknown to this version").format(**known)
    lines = [
        meaning,
        f"{record.event_type} {record.event_id}, task {record.task_id}",
        f"attempts {attempts}, replays {record.replays}, correlation id {record.correlation_id}",
    ]
    if record.error:
        lines.append(f"last error: {record.error}")
    for line in lines:
        console.print(f"    {one_line(line)}")


def _as_json(record: DeliveryRecord) -> dict[str, Any]:
    return {
        name: moment_text(value) if isinstance(value, datetime) else value
        for name, value in asdict(record).items()
    }

"""`trace`: the timeline of one request or event, across all functions of a stack."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from serverless_ops.context import Context
from serverless_ops.interrupts import Interrupts
from serverless_ops.options import LEFT, UNREACHABLE, json_option, on_stack, when
from serverless_ops.stack import Stack
from serverless_ops.terminal import one_line, out, show, timestamp_text
from serverless_ops.trace.collect_event import Timeline, trace
from serverless_ops.trace.stack_sources import StackSources

EXIT_CODES = """\b
Exit codes:
  0    something is known about the id
  1    nothing is known
  2    usage error
  3    nothing was found, but not everything could be read
  130  interrupted
"""


def _id(text: str) -> str:
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9._=+/#:-]{1,512}", text):
        raise click.BadParameter(
            "must be 1 to 512 letters, digits or any of ._=+/#:- without spaces, got "
            f"{one_line(text)[:60]!r}"
        )
    return text


@click.command("trace", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("id_", metavar="ID", type=_id)
@click.option(
    "--since",
    type=when,
    default="24h",
    show_default=True,
    help="Read logs and outboxes from this time: RFC 3339, or an age such as 90s, 30m, 2h, 7d.",
)
@json_option
@on_stack
def trace_event(
    context: Context, *, stack: Stack, id_: str, since: datetime, as_json: bool
) -> None:
    """Show what happened to an event or a request, in time order.

    ID is that of the event, the request (correlation id), the message, or of what the event is
    about: any text field of the functions' log lines. Clients find the correlation id in the
    response header X-Correlation-Id. This reads the functions' logs, the deliveries, the outboxes
    and up to 1000 dead letters of each queue. For large logs, the Logs Insights query
    event-timeline is faster.
    """
    interrupts = Interrupts()
    sources = StackSources(context, stack, interrupts, since=since)
    with interrupts.handled():
        timeline = trace(id_, sources)
    errors = sources.best_effort.errors
    if as_json:
        click.echo(json.dumps(_as_json(id_, timeline, errors)))
    else:
        _show(timeline)
    for part, error in errors.items():
        click.echo(one_line(f"Not read: {part}: {error}"), err=True)
    if not timeline.steps:
        click.echo(
            f"Error: nothing is known about {one_line(id_)} in stack {stack.name} since "
            f"{timestamp_text(since)}; --since 7d looks further back",
            err=True,
        )
        raise click.exceptions.Exit(UNREACHABLE if errors else LEFT)


def _show(timeline: Timeline) -> None:
    console = out()
    for step in timeline.steps:
        where = f"{timestamp_text(step.at) or 'unknown time'} {step.where}"
        show(console, one_line(where), style="bold")
        show(console, f"    {one_line(step.what)}")
    for event_id, summary in timeline.summaries.items():
        show(console, one_line(f"Now, event {event_id}: {summary}"), style="bold")


def _as_json(id_: str, timeline: Timeline, errors: dict[str, str]) -> dict[str, Any]:
    steps = [{**asdict(step), "at": timestamp_text(step.at)} for step in timeline.steps]
    return {"id": id_, "steps": steps, "events": timeline.summaries, "not_read": errors}

"""`trace`: the life of one event, across both services."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from rich.padding import Padding

from ops.commands.options import LEFT, OUT_OF_REACH, Moment
from ops.commands.stacks import on_stack
from ops.evidence import StackEvidence
from ops.interrupts import Interrupts
from ops.letter_queue import LetterQueue
from ops.sight import moment_text, one_line, out
from ops.surroundings import StackAccess, Surroundings
from ops.trace import Story, trace

EXIT_CODES = """\b
Exit codes:
  0    something is known of the id
  1    nothing is
  2    wrong usage
  3    nothing was found, but not everything could be read
  130  interrupted
"""


class _Id(click.ParamType[str]):
    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if not re.fullmatch(r"[A-Za-z0-9._=+/#:-]{1,512}", text):
            self.fail(
                "must be 1 to 512 letters, digits or any of ._=+/#:- without spaces, got "
                f"{one_line(value)[:60]!r}",
                param,
                ctx,
            )
        return text


@click.command("trace", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("id_", metavar="CORRELATION_ID|TASK_ID|EVENT_ID", type=_Id())
@click.option(
    "--since",
    type=Moment(),
    default="24h",
    show_default=True,
    help="Read logs and outbox from then on: RFC 3339, or an age such as 90s, 30m, 2h, 7d.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@on_stack
def trace_event(
    surroundings: Surroundings, *, access: StackAccess, id_: str, since: datetime, as_json: bool
) -> None:
    """Tell what became of a request, a task or an event, in time order.

    A client's answers carry the correlation id as X-Correlation-Id. Looking reads the functions'
    logs, the deliveries, the outbox and up to 1000 dead letters. It costs no more than its
    requests; where logs are large the saved query one-story of Logs Insights is faster.
    """
    client = functools.cache(lambda service: surroundings.client(service, access))
    interrupts = Interrupts()
    queue = LetterQueue(
        client("sqs"),
        access.output("deadLetterQueueUrl"),
        clock=surroundings.clock,
        interrupts=interrupts,
        poll_seconds=surroundings.poll_seconds,
    )
    evidence = StackEvidence(client, access, queue, since=since, until=surroundings.now())
    with interrupts.handled(), queue:
        story = trace(id_, evidence)
    unread = evidence.parts.unread
    if as_json:
        click.echo(json.dumps(_as_json(id_, story, unread)))
    else:
        _show(story)
    for part, why in unread.items():
        click.echo(one_line(f"Not read: {part}: {why}"), err=True)
    if not story.steps:
        click.echo(
            f"Error: nothing is known of {one_line(id_)} in stack {access.stack} since "
            f"{moment_text(since)}; --since 7d looks further back",
            err=True,
        )
        raise click.exceptions.Exit(OUT_OF_REACH if unread else LEFT)


def _show(story: Story) -> None:
    console = out()
    for step in story.steps:
        console.print(
            one_line(f"{moment_text(step.at) or 'unknown when'} {step.where}"), style="bold"
        )
        console.print(Padding(one_line(step.what), (0, 0, 0, 4), expand=False))
    for event_id, standing in story.standings.items():
        console.print(one_line(f"Now, event {event_id}: {standing}"), style="bold")


def _as_json(id_: str, story: Story, unread: dict[str, str]) -> dict[str, Any]:
    steps = [{**asdict(step), "at": moment_text(step.at)} for step in story.steps]
    return {"asked": id_, "steps": steps, "events": story.standings, "not_read": unread}

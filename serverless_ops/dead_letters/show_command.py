"""`dead-letters show`: one dead letter in full."""

from __future__ import annotations

import json

import click

from serverless_ops.context import Context
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.error_groups import describe
from serverless_ops.dead_letters.export_command import exported
from serverless_ops.dead_letters.filters import Filters
from serverless_ops.dead_letters.json_text import NotJsonError, indented
from serverless_ops.dead_letters.queue_location import QueueLocation, reading
from serverless_ops.dead_letters.queue_options import EXIT_CODES, on_queues
from serverless_ops.interrupts import Interrupts
from serverless_ops.options import LEFT, json_option, known_id
from serverless_ops.terminal import one_line, out, plain, show
from serverless_ops.unread import Unread


@click.command("show", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("id_", metavar="EVENT_ID|MESSAGE_ID", type=known_id)
@json_option
@on_queues
def show_dead_letter(
    context: Context, *, locations: list[QueueLocation], id_: str, as_json: bool
) -> None:
    """Print one dead letter with its payload, its error, and the number of attempts.

    The payload may contain personal data; only export writes it, too. Reading costs the same as
    in list.
    """
    dead_letter = _find(context, locations, id_)
    if as_json:
        click.echo(json.dumps(exported(dead_letter)))
        return
    console = out()
    known = {name: value for name, value in describe(dead_letter).items() if value is not None}
    width = max(map(len, known))
    for name, value in known.items():
        show(console, f"{name.replace('_', ' '):<{width}}  {one_line(value)}")
    console.print()
    # Whole lines: what is copied must be what is in the queue.
    console.print(plain(_text(dead_letter)), soft_wrap=True)


def _find(context: Context, locations: list[QueueLocation], id_: str) -> DeadLetter:
    filters, interrupts, unread = Filters(ids=frozenset({id_})), Interrupts(), Unread()
    read = hidden = 0
    for location in locations:
        with (
            unread.reading(location.label),
            interrupts.handled(),
            reading(location, context, interrupts) as reader,
        ):
            for dead_letter in reader.receive(before=context.now()):
                if filters.matches(dead_letter):
                    return dead_letter
                read += 1
            hidden += reader.hidden_elsewhere
    if read or not unread.any:
        click.echo(
            f"Error: no dead letter with the event id or message id {plain(id_)!r} among {read} "
            f"read; about {hidden} more are hidden by other readers",
            err=True,
        )
    raise click.exceptions.Exit(unread.exit_code(LEFT))


def _text(dead_letter: DeadLetter) -> str:
    if dead_letter.record is None:
        return dead_letter.body
    try:
        return indented(dead_letter.record.payload)
    except NotJsonError:
        return dead_letter.record.payload

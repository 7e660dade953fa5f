"""`show`: one dead letter in full."""

from __future__ import annotations

import json

import click

from ops.commands.options import EXIT_CODES, LEFT, open_queue, places
from ops.dead_letter import DeadLetter
from ops.interrupts import Interrupts
from ops.selection import Selection
from ops.sight import facts, out, plain
from ops.surroundings import Access, Surroundings


@click.command("show", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("id_", metavar="EVENT_ID|MESSAGE_ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@places
def show_letter(surroundings: Surroundings, *, access: Access, id_: str, as_json: bool) -> None:
    """Print one dead letter with its payload, its error, and how often it was tried.

    The payload is personal data perhaps; no other command prints it. Looking costs what it costs
    in list.
    """
    selection = Selection(ids=frozenset({id_}))
    interrupts = Interrupts()
    count, letter = 0, None
    with interrupts.handled(), open_queue(surroundings, access, interrupts) as queue:
        for found in queue.take(before=surroundings.now()):
            count += 1
            if selection.includes(found):
                letter = found
                break
    if letter is None:
        click.echo(
            f"Error: no dead letter with the event id or message id {plain(id_)!r} among {count} "
            f"read; about {queue.hidden_elsewhere} more are hidden from us",
            err=True,
        )
        raise click.exceptions.Exit(LEFT)
    if as_json:
        click.echo(json.dumps({**facts(letter), **_content(letter)}))
        return
    console = out()
    for name, value in facts(letter).items():
        if value is not None:
            console.print(f"{name.replace('_', ' '):<11} {plain(value)}")
    console.print()
    # Whole lines: what is copied must be what stands in the queue.
    console.print(plain(_text(letter)), soft_wrap=True)


def _content(letter: DeadLetter) -> dict[str, object]:
    return {"event": letter.event} if letter.record else {"body": letter.body}


def _text(letter: DeadLetter) -> str:
    return json.dumps(letter.event, indent=2, ensure_ascii=False) if letter.record else letter.body

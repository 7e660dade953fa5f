"""`list`: which errors wait in the queue, and how many of each."""

from __future__ import annotations

import json
from datetime import datetime

import click
from rich.console import Console
from rich.padding import Padding

from ops.commands.options import EXIT_CODES, filters, open_queue, places
from ops.dead_letter import DeadLetter
from ops.interrupts import Interrupts
from ops.letter_queue import HIDDEN_SECONDS, WHY_HIDDEN, LetterQueue
from ops.selection import Selection
from ops.sight import age, facts, grouped, one_line, out
from ops.surroundings import Access, Surroundings

# https://aws.amazon.com/sqs/pricing/, us-east-1, standard queues
_USD_PER_MILLION_REQUESTS = 0.40
_SEEN_OFTEN = 3


@click.command("list", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--each", is_flag=True, help="A line per dead letter, with its id, not groups.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One JSON object on stdout: groups and every dead letter, without payloads.",
)
@filters
@places
def list_letters(
    surroundings: Surroundings, *, access: Access, selection: Selection, each: bool, as_json: bool
) -> None:
    """Group the dead letters by error, with counts, ages and event types.

    Looking is not free. SQS counts a receive for every message read; after the third the metric
    ApproximateAgeOfOldestMessage no longer counts the message. While they are read, messages are
    hidden from other readers; afterwards they are shown again at once. SQS charges by the
    request: about one for every five messages.
    """
    now = surroundings.now()
    interrupts = Interrupts()
    with interrupts.handled(), open_queue(surroundings, access, interrupts) as queue:
        letters = list(queue.take(before=now))
    chosen = [letter for letter in letters if selection.includes(letter)]
    if as_json:
        groups = [group.as_json() for group in grouped(chosen)]
        found = {"queue_url": queue.url, "read": len(letters), "matched": len(chosen)}
        costs = {"unread": queue.unread, "hidden_elsewhere": queue.hidden_elsewhere}
        costs |= {"sqs_requests": queue.requests}
        every = [facts(letter) for letter in chosen]
        click.echo(json.dumps({**found, **costs, "groups": groups, "dead_letters": every}))
        return
    console = out()
    console.print(_headline(queue, len(letters), chosen))
    if queue.unread:
        console.print(f"About {queue.unread} more were not handed out by SQS; look again.")
    if queue.hidden_elsewhere:
        console.print(f"About {queue.hidden_elsewhere} more are hidden: {WHY_HIDDEN}.")
    if each:
        _show_each(console, chosen)
    else:
        show_groups(console, chosen, now)
    if letters:
        console.print(_costs(queue, letters), style="dim")


def _headline(queue: LetterQueue, read: int, chosen: list[DeadLetter]) -> str:
    name = queue.url.rpartition("/")[2]
    unreadable = sum(letter.record is None for letter in chosen)
    part = "" if len(chosen) == read else f"{len(chosen)} of "
    return f"{part}{read} dead letters in {one_line(name)}" + (
        f", {unreadable} unreadable" if unreadable else ""
    )


def show_groups(console: Console, chosen: list[DeadLetter], now: datetime) -> None:
    """Print a block per group; its lines are wrapped, never cut."""
    for group in grouped(chosen):
        types = ", ".join(f"{one_line(name)} {count}" for name, count in group.types.most_common())
        example = group.letters[0]
        lines = (
            f"oldest {age(group.oldest_at, now)} ago · {types}",
            f"for example {one_line(example.event_id or example.message_id)}",
        )
        console.print()
        console.print(f"{len(group.letters)}x {group.error}", style="bold")
        for line in lines:
            console.print(Padding(line, (0, 0, 0, 4), expand=False))
    console.print()


def _show_each(console: Console, chosen: list[DeadLetter]) -> None:
    for letter in chosen:
        known = facts(letter)
        words = (known["failed_at"], letter.event_id or letter.message_id, letter.event_type)
        console.print(one_line(" ".join(filter(None, (*words, letter.error)))))


def _costs(queue: LetterQueue, letters: list[DeadLetter]) -> str:
    often = sum(letter.receives >= _SEEN_OFTEN for letter in letters)
    price = queue.requests * _USD_PER_MILLION_REQUESTS / 1_000_000
    return (
        f"Looking cost {queue.requests} SQS requests (${price:.6f}) and one receive per message; "
        f"{often} have {_SEEN_OFTEN} or more, which the age metric no longer counts. All are "
        f"visible again (if not, by themselves within {HIDDEN_SECONDS // 60} minutes)."
    )

"""`dead-letters list`: the errors in the dead-letter queues, with counts."""

from __future__ import annotations

import json
from datetime import datetime

import click
from rich.console import Console

from serverless_ops.context import Context
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.error_groups import counts_text, describe, group_by_error
from serverless_ops.dead_letters.filters import Filters, filter_options
from serverless_ops.dead_letters.queue_location import QueueLocation, reading
from serverless_ops.dead_letters.queue_options import EXIT_CODES, on_queues
from serverless_ops.dead_letters.reader import WHY_HIDDEN, DeadLetterReader
from serverless_ops.interrupts import Interrupts
from serverless_ops.options import LEFT
from serverless_ops.terminal import age, counted, one_line, out, show, timestamp_text
from serverless_ops.unread import Unread

# https://aws.amazon.com/sqs/pricing/, us-east-1, standard queues
_USD_PER_MILLION_REQUESTS = 0.40
_LAST_RECEIVE_IN_AGE_METRIC = 3


@click.command("list", epilog=EXIT_CODES)
@click.pass_obj
@click.option(
    "--each", is_flag=True, help="Show one line per dead letter, with its id, instead of groups."
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object per queue: groups and every dead letter, without payloads.",
)
@filter_options
@on_queues
def list_dead_letters(
    context: Context,
    *,
    locations: list[QueueLocation],
    filters: Filters,
    each: bool,
    as_json: bool,
) -> None:
    """Group the dead letters by error, with counts, ages and event types.

    Without --queue it lists all queues of the stack. Reading is not free. SQS counts a receive
    for every message read; after the third the metric ApproximateAgeOfOldestMessage no longer
    counts the message. While they are read, messages are hidden from other readers; afterwards
    they are visible again at once. SQS charges by the request: about one for every five messages.
    """
    interrupts, unread, still_hidden = Interrupts(), Unread(), 0
    for location in locations:
        now, received = context.now(), list[DeadLetter]()
        with unread.reading(location.label):
            with interrupts.handled(), reading(location, context, interrupts) as reader:
                received += reader.receive(before=now)
            still_hidden += reader.held
            chosen = [dead_letter for dead_letter in received if filters.matches(dead_letter)]
            if as_json:
                click.echo(json.dumps(_as_json(reader, received, chosen)))
                continue
            console = out()
            _show_counts(console, reader, received, chosen)
            if each:
                _show_each(console, chosen)
            else:
                show_groups(console, chosen, now)
            if received:
                show(console, _costs(reader, received), style="dim")
                if location is not locations[-1]:
                    console.print()
    unread.end(LEFT if still_hidden else 0)


def _as_json(
    reader: DeadLetterReader, received: list[DeadLetter], chosen: list[DeadLetter]
) -> dict[str, object]:
    return {
        "queue_url": reader.url,
        "read": len(received),
        "matched": len(chosen),
        "unread": reader.unread,
        "hidden_elsewhere": reader.hidden_elsewhere,
        "sqs_requests": reader.requests,
        "groups": [group.as_json() for group in group_by_error(chosen)],
        "dead_letters": [describe(dead_letter) for dead_letter in chosen],
    }


def _show_counts(
    console: Console,
    reader: DeadLetterReader,
    received: list[DeadLetter],
    chosen: list[DeadLetter],
) -> None:
    name = one_line(reader.url.rpartition("/")[2])
    part = "" if len(chosen) == len(received) else f"{len(chosen)} of "
    unreadable = sum(dead_letter.record is None for dead_letter in chosen)
    suffix = f", {unreadable} unreadable" if unreadable else ""
    console.print(f"{part}{counted(len(received), 'dead letter')} in {name}{suffix}")
    if reader.unread:
        console.print(f"About {reader.unread} more were not returned by SQS; list again.")
    if reader.hidden_elsewhere:
        console.print(f"About {reader.hidden_elsewhere} more are hidden: {WHY_HIDDEN}.")


def show_groups(console: Console, chosen: list[DeadLetter], now: datetime) -> None:
    """Print a block per group; long lines are wrapped, never truncated."""
    for group in group_by_error(chosen):
        example = group.dead_letters[0]
        lines = (
            f"oldest {age(group.oldest_at, now)} ago · {counts_text(group.types)}",
            *([f"message groups {counts_text(group.parked)}"] if group.parked else []),
            f"for example {one_line(example.event_id or example.message_id)}",
        )
        console.print()
        show(console, f"{len(group.dead_letters)}x {group.error}", style="bold")
        for line in lines:
            show(console, f"    {line}")
    console.print()


def _show_each(console: Console, chosen: list[DeadLetter]) -> None:
    for dead_letter in chosen:
        words = (
            timestamp_text(dead_letter.failed_at),
            dead_letter.event_id or dead_letter.message_id,
            dead_letter.event_type,
            dead_letter.error,
        )
        show(console, one_line(" ".join(filter(None, words))))


def _costs(reader: DeadLetterReader, received: list[DeadLetter]) -> str:
    often = sum(each.receives >= _LAST_RECEIVE_IN_AGE_METRIC for each in received)
    price = reader.requests * _USD_PER_MILLION_REQUESTS / 1_000_000
    return (
        f"Reading took {reader.requests} SQS requests (${price:.6f}) and one receive per message; "
        f"{often} have {_LAST_RECEIVE_IN_AGE_METRIC} or more, which the age metric no longer "
        f"counts. {'' if reader.hidden_seconds else 'All are visible again.'}"
    )

"""`dead-letters replay`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from serverless_ops.context import Context
from serverless_ops.dead_letters.command_run import CommandRun, RunOptions, run_options
from serverless_ops.dead_letters.filters import Filters, filter_options
from serverless_ops.dead_letters.outcome import REPLAYED
from serverless_ops.dead_letters.queue_location import QueueLocation
from serverless_ops.dead_letters.queue_options import EXIT_CODES, on_one_queue_to_replay
from serverless_ops.dead_letters.replay import Replay
from serverless_ops.dead_letters.replay_rate import RateLimiter
from serverless_ops.dead_letters.selection import (
    MAX_REPLAYS,
    ReplayRules,
    Selection,
    select_for_replay,
)

_HELP = """Replay dead letters: hand each over again. A dry run without --apply.

Kind invocation: the function is invoked with the same event. In a CloudEvents object, the
attribute replays grows by one; everything else, numbers included, stays as it was written.

Kind message: it returns to the queue it came from, with its body, attributes and message group.
In a FIFO queue, each group keeps its order, and ends with the first that cannot be replayed.

A message is deleted after it was accepted, never before, so nothing is lost even if the run is
interrupted or killed; at worst, one is accepted twice and the target skips the duplicate. Each is
replayed once per run; messages that arrive after the run has started are left for the next one.

A busy target is retried after 1, 2, 4 and 8 seconds; then the replay stops. Each message results
in one audit record, a line of JSON. Reading costs the same as in list.
"""
_HINT = (
    "Accepted does not mean delivered: what fails again returns to this queue after its attempts, "
    "an event with one more replay."
)


class _Rate(click.FloatRange):
    """Refuses "nan" as well, which is neither below the range nor above it."""

    min: float
    max: float

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        number = float(click.FLOAT.convert(value, param, ctx))
        if not self.min <= number <= self.max:
            self.fail(f"must be a number from {self.min} to {self.max}, got {value}", param, ctx)
        return number


@click.command("replay", help=_HELP, epilog=EXIT_CODES)
@click.pass_obj
@run_options
@click.option(
    "--rate",
    type=_Rate(min=0.1, max=1000),
    default=10,
    show_default=True,
    help="Replay at most this many per second.",
)
@click.option(
    "--max-replays",
    type=click.IntRange(min=1),
    default=MAX_REPLAYS,
    show_default=True,
    help="Refuse an event that has been replayed this many times.",
)
@click.option("--force", is_flag=True, help="Replay events however often they have been replayed.")
@click.option(
    "--any-function", is_flag=True, help="Also replay events that failed in another function."
)
@filter_options
@on_one_queue_to_replay
def replay_dead_letters(
    context: Context,
    *,
    location: QueueLocation,
    filters: Filters,
    options: RunOptions,
    rate: float,
    max_replays: int,
    force: bool,
    any_function: bool,
) -> None:
    """Hand dead letters over again."""
    destination = location.destination(context.clients(location.connection))
    rules = ReplayRules(
        started_at=context.now(),
        max_replays=None if force else max_replays,
    )
    if destination is not None and not any_function:
        rules = replace(rules, destination_skip_reason=destination.skip_reason)
    run = CommandRun("replay", REPLAYED, options, context)
    rate_limiter = RateLimiter(rate, context.clock, context.sleep)
    with run.reading(location, f", {destination.description}" if destination else "") as reader:

        def replay(selection: Selection) -> None:
            # Without a destination everything is unreadable, and nothing chosen.
            if destination is None:
                return
            Replay(
                reader=reader,
                destination=destination,
                record=run.record,
                rate_limiter=rate_limiter,
                sleep=context.sleep,
                interrupts=run.interrupts,
            ).run(selection)

        def select(limit: int | None) -> Selection:
            received = reader.receive(before=rules.started_at)
            return select_for_replay(received, rules, filters, limit)

        run.carry_out(reader, select, replay)
    run.finish(_HINT)

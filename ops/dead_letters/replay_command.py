"""`dead-letters replay`."""

from __future__ import annotations

import click

from ops.context import Context
from ops.dead_letters.command_run import CommandRun, RunOptions, run_options
from ops.dead_letters.filters import Filters, filter_options
from ops.dead_letters.outcome import REPLAYED
from ops.dead_letters.queue_options import EXIT_CODES, QueueLocation, on_one_queue_with_target
from ops.dead_letters.replay import Replay
from ops.dead_letters.replay_rate import RateLimiter
from ops.dead_letters.selection import MAX_REPLAYS, ReplayRules, Selection, select_for_replay
from ops.dead_letters.target import Target

_HELP = """Replay dead letters: invoke the target with each event again. A dry run without --apply.

The target receives the same event with the same id. In a CloudEvents object, the attribute
replays grows by one; any other JSON object is replayed unchanged, and its replays cannot be
counted. A message with anything else is unreadable: it is neither replayed nor deleted.

A message is deleted after Lambda has accepted its event (202), never before, so nothing is lost
even if the run is interrupted or killed; at worst, an event is accepted twice and the target skips
the duplicate. Each event is replayed once per run; messages that arrive after the run has started
are left for the next one.

A busy target is retried after 1, 2, 4 and 8 seconds; then the replay stops. Each message results
in one audit record, a line of JSON. Reading costs the same as in list.
"""
_HINT = (
    "Accepted does not mean delivered: an event that fails again returns to the queue after its "
    "retries, with one more replay."
)


@click.command("replay", help=_HELP, epilog=EXIT_CODES)
@click.pass_obj
@run_options
@click.option(
    "--rate",
    type=click.FloatRange(min=0.1, max=1000),
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
@on_one_queue_with_target
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
    """Invoke the target with dead letters again."""
    rules = ReplayRules(
        started_at=context.now(),
        target=None if any_function else location.target,
        max_replays=None if force else max_replays,
    )
    run = CommandRun("replay", REPLAYED, options, context)
    with run.reading(location) as reader:

        def replay(selection: Selection) -> None:
            Replay(
                reader=reader,
                target=Target(context.client("lambda", location.connection), location.target or ""),
                record=run.record,
                rate_limiter=RateLimiter(rate, context.clock, context.sleep),
                sleep=context.sleep,
                interrupts=run.interrupts,
            ).run(selection)

        received = reader.receive(before=rules.started_at)
        run.carry_out(
            reader, lambda: select_for_replay(received, rules, filters, options.limit), replay
        )
    run.finish(_HINT)

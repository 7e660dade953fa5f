"""`replay`: hand dead letters to the target again."""

from __future__ import annotations

import click

from ops.commands.options import EXIT_CODES, RunOptions, changes, filters, places
from ops.commands.work import Work
from ops.plan import MAX_REPLAYS, Plan, ReplayRules, plan_replay
from ops.run import REPLAYED, Pace, Replay
from ops.selection import Selection
from ops.surroundings import Access, Surroundings
from ops.target import Target

_HELP = """Hand dead letters to the target again. A dry run, unless --apply is given.

The target gets the same event with the same id. A CloudEvents object gets one more in its
attribute replays; any other JSON object is handed over as it is, and its replays cannot be
counted. A message with anything else is unreadable: it is never handed over nor deleted.

A message is deleted after Lambda has accepted its event (202), never before. So nothing is lost
whenever this ends, by ctrl-C or worse; at worst an event is handed over twice, and the target
skips the duplicate. An event is replayed once a run, and what comes into the queue after the run
began is left for the next one.

A busy target is asked again after 1, 2, 4 and 8 seconds; then the replay stops. For every message
one audit line of JSON is written. Looking costs what it costs in list.
"""
_HINT = (
    "Accepted is not yet delivered: an event that fails again is back in the queue after its "
    "retries, with one replay more."
)


@click.command("replay", help=_HELP, epilog=EXIT_CODES)
@click.pass_obj
@changes
@click.option(
    "--rate",
    type=click.FloatRange(min=0.1, max=1000),
    default=10,
    show_default=True,
    help="Replay so many a second at most.",
)
@click.option(
    "--max-replays",
    type=click.IntRange(min=1),
    default=MAX_REPLAYS,
    show_default=True,
    help="Refuse an event that has so many replays behind it.",
)
@click.option("--force", is_flag=True, help="Refuse no event for its number of replays.")
@click.option("--any-function", is_flag=True, help="Replay also what failed in another function.")
@click.option("--function", help="Name or ARN of the target, instead of the stack's.")
@filters
@places
def replay_letters(
    surroundings: Surroundings,
    *,
    access: Access,
    selection: Selection,
    run: RunOptions,
    rate: float,
    max_replays: int,
    force: bool,
    any_function: bool,
) -> None:
    """Hand dead letters to the target again."""
    rules = ReplayRules(
        started_at=surroundings.now(),
        target=None if any_function else access.function,
        max_replays=None if force else max_replays,
    )
    work = Work("replay", REPLAYED, run, surroundings)
    with work.on_queue(access) as queue:

        def replay(plan: Plan) -> None:
            Replay(
                queue=queue,
                target=Target(surroundings.client("lambda", access), access.function or ""),
                pace=Pace(rate, surroundings.clock, surroundings.sleep),
                sleep=surroundings.sleep,
                interrupts=work.interrupts,
                note=work.note,
            ).run(plan)

        found = queue.take(before=rules.started_at)
        work.carry_out(queue, lambda: plan_replay(found, selection, rules, run.limit), replay)
    work.finish(_HINT)

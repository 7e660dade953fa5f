"""Breaks what can be broken while clients work; then mends it, replays, and counts.

Allowed for, because the emulator differs from AWS: a throttled event burns an attempt, so more
events are dead-lettered than on AWS; retries come after half a second and a second, before a dead
attempt's lease has ended, so such events are dead-lettered, too, and replayed; each attempt has a
request id of its own, so nothing is counted by request ids.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count

from rich.table import Table

from local.chaos.account import Account, messages, rows, stored, take_account
from local.chaos.load import CLIENTS, Promises, load
from local.chaos.proxy import FaultProxy, fault_proxy
from local.chaos.trouble import processes_dying, relay_off, through_proxy
from local.console import console, working
from local.stack import DeployedStack, deployed_stack
from local.tour.observe import queue_depth
from ops.dead_letters import ReplayStoppedError, replay_dead_letters

_DRAIN_SECONDS = 170
_PAUSE_SECONDS = 3
_EVERY_LETTER = 10_000
_ANY_REPLAYS = 1_000
_PROGRESS_EVERY = 200


@dataclass
class Replays:
    """Dead letters, counted each time they were found; one can fail again."""

    dead_lettered: int = 0
    replayed: int = 0


def survive(seed: int) -> bool:
    """Return whether nothing was lost, and nothing sent twice outside the admitted window."""
    console.print(f"seed {seed}")
    with (
        deployed_stack("chaos", only="email") as stack,
        fault_proxy(stack.emulator.port, seed) as proxy,
    ):
        through_proxy(stack, proxy)
        promises = Promises()
        with working("Clients work while requests are refused, lost, and processes killed"):
            killed = _work_in_trouble(stack, proxy, promises, seed)
        proxy.on = False
        struck = ", ".join(f"{name} {times}" for name, times in sorted(proxy.struck.items()))
        console.print(
            f"  {struck}; killed processes: {killed}; refused answers: {promises.refused}"
        )
        with working("All is mended: the relay, the retries and replays finish the rest"):
            replays = _drain(stack, promises.events)
        account = take_account(stack, promises.events, proxy.window)
    _show(account, replays)
    return account.holds


def _work_in_trouble(stack: DeployedStack, proxy: FaultProxy, promises: Promises, seed: int) -> int:
    numbers = count(1)

    def progress() -> None:
        if (done := next(numbers)) % _PROGRESS_EVERY == 0:
            console.print(f"  {done} tasks sent by {CLIENTS} clients")

    with relay_off(stack), processes_dying(stack, proxy, seed) as killed:
        asyncio.run(load(stack.api_url, promises, progress))
    return len(killed)


def _drain(stack: DeployedStack, promised: set[str]) -> Replays:
    """Run relay and replay until all is told and nothing waits, or the time is over."""
    replays = Replays()
    deadline = time.monotonic() + _DRAIN_SECONDS
    quiet = 0
    while quiet < 2 and time.monotonic() < deadline:  # noqa: PLR2004 -- looked twice
        stack.client("lambda").invoke(FunctionName=stack.function_names()["relay"])
        waiting, letters = sum(1 for _ in rows(stack, "outboxTableName")), queue_depth(stack)
        missing = len((promised | stored(stack)) - messages(stack).keys())
        console.print(f"  {missing} not told yet, {waiting} in the outbox, {letters} dead letters")
        quiet = 0 if missing or waiting or letters else quiet + 1
        if letters:
            _replay(stack, replays)
        time.sleep(_PAUSE_SECONDS)
    return replays


def _replay(stack: DeployedStack, replays: Replays) -> None:
    replays.dead_lettered += queue_depth(stack)
    try:
        report = replay_dead_letters(
            stack.client("sqs"),
            stack.client("lambda"),
            stack.outputs["deadLetterQueueUrl"],
            stack.outputs["targetFunctionArn"],
            limit=_EVERY_LETTER,
            max_replays=_ANY_REPLAYS,
        )
    except ReplayStoppedError as error:
        console.print(f"  {error}")
        return
    replays.replayed += len(report.replayed)


def _show(account: Account, replays: Replays) -> None:
    table = Table()
    columns = {
        "sent": account.sent,
        "delivered": account.delivered,
        "twice, inside the window": account.inside,
        "twice, outside": account.outside,
        "dead letters": replays.dead_lettered,
        "replayed": replays.replayed,
        "lost": account.lost,
    }
    for name in columns:
        table.add_column(name, justify="right")
    table.add_row(*map(str, columns.values()))
    console.print(table)

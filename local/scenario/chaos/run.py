"""Injects faults while clients work; then removes them, replays, and reconciles.

Allowed for, because the emulator differs from AWS: a throttled event uses up an attempt, so more
events are dead-lettered than on AWS; retries come after half a second and a second, before a dead
attempt's lease has ended, so such events are dead-lettered, too, and replayed; each attempt has a
request id of its own, so nothing is counted by request ids.
"""

from __future__ import annotations

import asyncio
import time
from itertools import count

from rich.table import Table

from local.console import console, working
from local.emulator.start import free_port
from local.scenario.chaos.faults import processes_dying, relay_off, through_proxy
from local.scenario.chaos.load import CLIENTS, ExpectedEvents, load
from local.scenario.chaos.proxy import FaultProxy, fault_proxy
from local.scenario.chaos.reconciliation import messages, reconcile, rows, stored
from local.scenario.handoff_stack import HandoffStack, handoff_stack
from local.scenario.observe import RELAY, queue_depth
from local.scenario.replay_dead_letters import replay_dead_letters
from serverless_ops.dead_letters.replay import ReplayStoppedError

_DRAIN_SECONDS = 170
_PAUSE_SECONDS = 3
_MAX_REPLAYS = 1_000
_PROGRESS_EVERY = 200


def run_chaos(seed: int) -> bool:
    """Return whether nothing was lost, and nothing sent twice outside the documented window."""
    console.print(f"seed {seed}")
    proxy_port = free_port()
    with (
        handoff_stack("chaos", only="email", proxy_port=proxy_port) as stack,
        fault_proxy(proxy_port, stack.emulator.port, seed) as proxy,
    ):
        through_proxy(stack, proxy)
        expected = ExpectedEvents()
        with working("Clients work while requests fail, responses get lost, and processes die"):
            killed = _work_under_faults(stack, proxy, expected, seed)
        proxy.on = False
        injected = ", ".join(f"{name} {times}" for name, times in sorted(proxy.injected.items()))
        console.print(
            f"  {injected}; killed processes: {killed}; failed requests: {expected.failed_requests}"
        )
        with working("Faults are off: the relay, retries and replays finish the rest"):
            replays = _drain(stack, expected.ids)
        found = {**reconcile(stack, expected.ids, proxy.duplicate_window), **replays}
        found["lost"] = found["expected"] - found["delivered"]
    table = Table()
    for name in found:
        table.add_column(name, justify="right")
    table.add_row(*map(str, found.values()))
    console.print(table)
    return found["lost"] == found["twice, outside"] == 0


def _work_under_faults(
    stack: HandoffStack, proxy: FaultProxy, expected: ExpectedEvents, seed: int
) -> int:
    numbers = count(1)

    def progress() -> None:
        if (done := next(numbers)) % _PROGRESS_EVERY == 0:
            console.print(f"  {done} tasks sent by {CLIENTS} clients")

    with relay_off(stack), processes_dying(stack, proxy, seed) as killed:
        asyncio.run(load(stack.api_url, expected, progress))
    return len(killed)


def _drain(stack: HandoffStack, expected_ids: set[str]) -> dict[str, int]:
    """Run relay and replay until everything is delivered and nothing waits, or the time is over.

    Return the number of dead letters, counted each time they were found (one can fail again), and
    of replays.
    """
    replays = {"dead letters": 0, "replayed": 0}
    deadline = time.monotonic() + _DRAIN_SECONDS
    quiet = 0
    while quiet < 2 and time.monotonic() < deadline:  # noqa: PLR2004 -- seen twice in a row
        stack.client("lambda").invoke(FunctionName=stack.function_names()[RELAY])
        waiting = sum(1 for _ in rows(stack, stack.outbox_table))
        dead_letters = queue_depth(stack)
        missing = len((expected_ids | stored(stack)) - messages(stack).keys())
        console.print(
            f"  {missing} not sent yet, {waiting} in the outbox, {dead_letters} dead letters"
        )
        quiet = 0 if missing or waiting or dead_letters else quiet + 1
        if dead_letters:
            _replay(stack, replays)
        time.sleep(_PAUSE_SECONDS)
    return replays


def _replay(stack: HandoffStack, replays: dict[str, int]) -> None:
    replays["dead letters"] += queue_depth(stack)
    try:
        replays["replayed"] += len(replay_dead_letters(stack, max_replays=_MAX_REPLAYS))
    except ReplayStoppedError as error:
        console.print(f"  {error}")

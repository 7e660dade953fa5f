"""Tells the tour: starts an emulator of its own, takes the steps, and adds everything up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from rich.markup import escape
from rich.table import Table

from local.console import console, working
from local.instance import FOLDER
from local.outside import subscribe_queue
from local.stack import DeployedStack, deployed_stack
from local.tour.all_is_well import complete_and_delete, create_a_task, hand_one_event_twice
from local.tour.balance import Balance, take_balance
from local.tour.every_kind import hear_on_every_channel
from local.tour.observe import CALLERS, TARGET, ObservationError, raw_log
from local.tour.tour import Tour
from local.tour.trouble import (
    break_the_channel,
    hear_that_it_is_over,
    hear_the_alarm,
    mend_and_replay,
)

_STEPS = (
    create_a_task,
    hear_on_every_channel,
    complete_and_delete,
    hand_one_event_twice,
    break_the_channel,
    hear_the_alarm,
    mend_and_replay,
    hear_that_it_is_over,
)

_FAILURE_LOG = FOLDER / "failed-tour.log"


def tell() -> bool:
    """Take every step; return whether all of it was observed as told."""
    started = time.monotonic()
    with _stack() as stack, httpx.Client(base_url=stack.api_url, trust_env=False) as api:
        topic = stack.outputs["alarmTopicArn"]
        subscriber_url = subscribe_queue(stack.emulator.client, topic, "tour-subscriber")
        tour = Tour(stack, api, subscriber_url=subscriber_url)
        try:
            for number, step in enumerate(_STEPS, start=1):
                console.print(f"\n[bold]{number}. {step.__doc__}[/]")
                with console.status("watching …"):
                    step(tour)
            held = _add_up(take_balance(stack))
        except ObservationError as error:
            console.print(f"\n[bold red]✗[/] {escape(str(error))}")
            console.print(f"     logs {_keep_logs(stack)}")
            return False
    console.print(f"\nEverything was stopped again. {time.monotonic() - started:.0f} s in all.")
    return held


@contextmanager
def _stack() -> Iterator[DeployedStack]:
    with ExitStack() as running:
        with working("Starting the emulator and deploying the program"):
            stack = running.enter_context(deployed_stack("tour"))
        yield stack


def _add_up(balance: Balance) -> bool:
    table = Table(title="\nWhat became of the events", title_justify="left")
    for heading in ("handed off", "delivered", "retried", "dead-lettered", "replayed", "lost"):
        table.add_column(heading, justify="right")
    counts = (
        balance.handed_off,
        balance.delivered,
        balance.retried,
        balance.dead_lettered,
        balance.replayed,
        balance.lost,
    )
    table.add_row(*map(str, counts))
    console.print(table)
    expected = Balance(handed_off=6, delivered=6, retried=1, dead_lettered=1, replayed=1, waiting=0)
    if balance != expected:
        console.print(f"[bold red]✗[/] expected {expected}\n     seen {balance}")
    return balance == expected


def _keep_logs(stack: DeployedStack) -> Path:
    """Save what the functions and the emulator wrote, which goes with the emulator."""
    parts = [f"== {name}\n" + "\n".join(raw_log(stack, name)) for name in (*CALLERS, TARGET)]
    parts.append("== the emulator\n" + stack.emulator.log.read_text(errors="replace"))
    _FAILURE_LOG.write_text("\n\n".join(parts))
    return _FAILURE_LOG

"""Runs the tour: starts its own emulator, takes the steps, and reconciles the events."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from local.console import console, failed, step, stopped, working
from local.instance import FOLDER
from local.scenario.handoff_stack import HandoffStack, handoff_stack
from local.scenario.observe import (
    CALLERS,
    TARGET,
    ObservationError,
    raw_log,
)
from local.scenario.prerequisites import subscribe_queue
from local.scenario.tour.incident import (
    break_the_channel,
    fix_and_replay,
    see_the_alarm,
    see_the_alarm_resolve,
)
from local.scenario.tour.normal_operation import (
    complete_and_delete,
    create_a_task,
    hand_off_a_duplicate,
    notify_on_every_channel,
)
from local.scenario.tour.reconciliation import reconcile, show
from local.scenario.tour.step_tools import Tour

_STEPS = (
    create_a_task,
    notify_on_every_channel,
    complete_and_delete,
    hand_off_a_duplicate,
    break_the_channel,
    see_the_alarm,
    fix_and_replay,
    see_the_alarm_resolve,
)
_FAILURE_LOG = FOLDER / "failed-tour.log"


def run_tour() -> bool:
    """Take every step; return whether everything was observed as expected."""
    started = time.monotonic()
    with ExitStack() as running:
        with working("Starting the emulator and deploying the program"):
            stack = running.enter_context(handoff_stack("tour"))
        passed = _take_steps(stack)
    if passed is not None:
        stopped(started)
    return bool(passed)


def _take_steps(stack: HandoffStack) -> bool | None:
    """Whether the events reconcile; None if a step failed."""
    subscriber_url = subscribe_queue(
        stack.emulator.client, stack.operations["alarmTopicArn"], "tour-subscriber"
    )
    with httpx.Client(base_url=stack.api_url, trust_env=False) as api:
        tour = Tour(stack, api, subscriber_url=subscriber_url)
        try:
            for number, each in enumerate(_STEPS, start=1):
                with step(number, str(each.__doc__)):
                    each(tour)
            reconciliation = reconcile(stack)
        except ObservationError as error:
            failed(str(error))
            console.print(f"     logs {_save_logs(stack)}")
            return None
    return show(reconciliation)


def _save_logs(stack: HandoffStack) -> Path:
    """Save what the functions and the emulator logged, which is deleted with the emulator."""
    parts = [f"== {name}\n" + "\n".join(raw_log(stack, name)) for name in (*CALLERS, TARGET)]
    parts.append("== the emulator\n" + stack.emulator.log.read_text(errors="replace"))
    _FAILURE_LOG.write_text("\n\n".join(parts))
    return _FAILURE_LOG

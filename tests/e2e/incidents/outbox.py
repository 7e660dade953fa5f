"""A relay that does not run."""

from __future__ import annotations

from typing import Any

from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from tests.e2e.troubles.trouble import Scene, Trouble


def _schedules(scene: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.stack.client("scheduler").list_schedules()["Schedules"]
    return found


def the_schedule_is_switched_off(scene: Scene) -> None:
    scheduler = scene.stack.client("scheduler")
    [schedule] = _schedules(scene)
    found = scheduler.get_schedule(Name=schedule["Name"])
    kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(**{name: found[name] for name in kept}, State="DISABLED")


def _the_schedule_is_deleted(scene: Scene) -> None:
    [schedule] = _schedules(scene)
    scene.stack.client("scheduler").delete_schedule(Name=schedule["Name"])


def nothing_runs_the_relay(scene: Scene) -> bool:
    return not any(schedule["State"] == "ENABLED" for schedule in _schedules(scene))


TROUBLES = (
    Trouble(
        name="somebody switches the relay's schedule off",
        kind=AlarmKind.OUTBOX_AGE,
        begins=the_schedule_is_switched_off,
        lasts=nothing_runs_the_relay,
        but=("pulumi",),
    ),
    Trouble(
        name="somebody deletes the relay's schedule",
        kind=AlarmKind.OUTBOX_AGE,
        begins=_the_schedule_is_deleted,
        lasts=nothing_runs_the_relay,
    ),
)

"""A relay that does not run."""

from __future__ import annotations

from typing import Any

from tests.e2e.incidents.incident import Incident, Scenario


def _schedules(scenario: Scenario) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scenario.stack.client("scheduler").list_schedules()["Schedules"]
    return found


def the_schedule_is_disabled(scenario: Scenario) -> None:
    scheduler = scenario.stack.client("scheduler")
    [schedule] = _schedules(scenario)
    found = scheduler.get_schedule(Name=schedule["Name"])
    kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(**{name: found[name] for name in kept}, State="DISABLED")


def _the_schedule_is_deleted(scenario: Scenario) -> None:
    [schedule] = _schedules(scenario)
    scenario.stack.client("scheduler").delete_schedule(Name=schedule["Name"])


def nothing_runs_the_relay(scenario: Scenario) -> bool:
    return not any(schedule["State"] == "ENABLED" for schedule in _schedules(scenario))


INCIDENTS = (
    Incident(
        name="someone disables the relay's schedule",
        alarm_id="outbox-age",
        begin=the_schedule_is_disabled,
        persists=nothing_runs_the_relay,
        skipping=("pulumi",),
    ),
    Incident(
        name="someone deletes the relay's schedule",
        alarm_id="outbox-age",
        begin=_the_schedule_is_deleted,
        persists=nothing_runs_the_relay,
    ),
)

"""The schedule that runs a relay every minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One schedule of EventBridge Scheduler."""

    group: str
    name: str
    is_enabled: bool


def find_schedule(scheduler: Any, function_arn: str) -> Schedule | None:
    """Return the schedule whose target is the function, if any. Raises botocore's errors."""
    pages = scheduler.get_paginator("list_schedules").paginate()
    for found in (each for page in pages for each in page["Schedules"]):
        if found["Target"]["Arn"] == function_arn:
            return Schedule(
                group=found["GroupName"],
                name=found["Name"],
                is_enabled=found["State"] == "ENABLED",
            )
    return None


def enable(scheduler: Any, schedule: Schedule) -> None:
    """Enable a schedule and leave the rest of it as it is. Raises botocore's errors."""
    found = scheduler.get_schedule(GroupName=schedule.group, Name=schedule.name)
    # An update replaces the whole schedule: what is not given becomes a default.
    # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
    kept = scheduler.meta.service_model.operation_model("UpdateSchedule").input_shape.members
    given = {name: value for name, value in found.items() if name in kept}
    scheduler.update_schedule(**{**given, "State": "ENABLED"})

"""Schedules of EventBridge Scheduler."""

from __future__ import annotations

from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine.registry import Created, Inputs, as_int, creates, updates, without_none

_GROUP = "default"


@creates("aws:scheduler/schedule:Schedule")
def create_schedule(client: Clients, name: str, inputs: Inputs) -> Created:
    client("scheduler").create_schedule(**_declared(name, inputs))
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/{_GROUP}/{name}"
    return f"{_GROUP}/{name}", {"arn": arn}


@updates("aws:scheduler/schedule:Schedule")
def update_schedule(client: Clients, name: str, inputs: Inputs) -> bool:
    scheduler = client("scheduler")
    try:
        # Enabled, unless declared otherwise: what an update leaves out takes its default.
        scheduler.update_schedule(**_declared(name, inputs))
    except scheduler.exceptions.ResourceNotFoundException:
        return False
    return True


def _declared(name: str, inputs: Inputs) -> dict[str, Any]:
    target = inputs["target"]
    window = inputs["flexibleTimeWindow"]
    retries = target.get("retryPolicy", {})
    return {
        "Name": name,
        "ScheduleExpression": inputs["scheduleExpression"],
        "FlexibleTimeWindow": without_none(
            Mode=window["mode"],
            MaximumWindowInMinutes=as_int(window.get("maximumWindowInMinutes")),
        ),
        "Target": {
            "Arn": target["arn"],
            "RoleArn": target["roleArn"],
            "RetryPolicy": without_none(
                MaximumRetryAttempts=as_int(retries.get("maximumRetryAttempts")),
                MaximumEventAgeInSeconds=as_int(retries.get("maximumEventAgeInSeconds")),
            ),
            **without_none(Input=target.get("input")),
        },
        **without_none(Description=inputs.get("description"), State=inputs.get("state")),
    }

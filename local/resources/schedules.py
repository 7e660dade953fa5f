"""Schedules of EventBridge Scheduler."""

from __future__ import annotations

from typing import Any

from local.clients import ACCOUNT_ID, REGION, Clients
from local.resources.maker import Inputs, Made, Maker, Mender, given, whole

_GROUP = "default"


def _schedule(client: Clients, name: str, inputs: Inputs) -> Made:
    client("scheduler").create_schedule(**_declared(name, inputs))
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/{_GROUP}/{name}"
    return f"{_GROUP}/{name}", {"arn": arn}


def _mend_schedule(client: Clients, name: str, inputs: Inputs) -> bool:
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
        "FlexibleTimeWindow": given(
            Mode=window["mode"],
            MaximumWindowInMinutes=whole(window.get("maximumWindowInMinutes")),
        ),
        "Target": {
            "Arn": target["arn"],
            "RoleArn": target["roleArn"],
            "RetryPolicy": given(
                MaximumRetryAttempts=whole(retries.get("maximumRetryAttempts")),
                MaximumEventAgeInSeconds=whole(retries.get("maximumEventAgeInSeconds")),
            ),
            **given(Input=target.get("input")),
        },
        **given(Description=inputs.get("description"), State=inputs.get("state")),
    }


MAKERS: dict[str, Maker] = {"aws:scheduler/schedule:Schedule": _schedule}

MENDERS: dict[str, Mender] = {"aws:scheduler/schedule:Schedule": _mend_schedule}

"""Schedules of EventBridge Scheduler."""

from __future__ import annotations

from local.clients import ACCOUNT_ID, REGION, Clients
from local.resources.maker import Inputs, Made, Maker, given, whole

_GROUP = "default"


def _schedule(client: Clients, name: str, inputs: Inputs) -> Made:
    target = inputs["target"]
    window = inputs["flexibleTimeWindow"]
    retries = target.get("retryPolicy", {})
    client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=inputs["scheduleExpression"],
        FlexibleTimeWindow=given(
            Mode=window["mode"],
            MaximumWindowInMinutes=whole(window.get("maximumWindowInMinutes")),
        ),
        Target={
            "Arn": target["arn"],
            "RoleArn": target["roleArn"],
            "RetryPolicy": given(
                MaximumRetryAttempts=whole(retries.get("maximumRetryAttempts")),
                MaximumEventAgeInSeconds=whole(retries.get("maximumEventAgeInSeconds")),
            ),
            **given(Input=target.get("input")),
        },
        **given(Description=inputs.get("description"), State=inputs.get("state")),
    )
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/{_GROUP}/{name}"
    return f"{_GROUP}/{name}", {"arn": arn}


MAKERS: dict[str, Maker] = {"aws:scheduler/schedule:Schedule": _schedule}

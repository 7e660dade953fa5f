"""Schedules of EventBridge Scheduler."""

from __future__ import annotations

from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine.registry import Created, Inputs, creates, for_boto3, updates

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
    settings = ("scheduleExpression", "flexibleTimeWindow", "target", "description", "state")
    return {"Name": name, **for_boto3(inputs, *settings)}

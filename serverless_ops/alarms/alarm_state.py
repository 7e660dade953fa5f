"""Reads the state of a stack's alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_MAX_NAMES = 100
"""In one request. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html"""


@dataclass(frozen=True, kw_only=True)
class AlarmState:
    """One metric alarm or composite alarm."""

    name: str
    """Its logical name in the stack."""

    cloudwatch_name: str
    state: str
    """OK, ALARM, INSUFFICIENT_DATA, or MISSING: CloudWatch has no such alarm."""

    since: datetime | None
    description: str
    """What it means; ends with "What to do: " and the address of its runbook page."""

    actions: tuple[str, ...]
    """ARNs that are notified when it fires."""

    actions_enabled: bool
    is_composite: bool = False
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The alarm as CloudWatch describes it."""

    @property
    def is_silent(self) -> bool:
        """Whether it is a composite alarm that is not meant to notify anyone itself."""
        return self.is_composite and not self.actions


def read_alarms(cloudwatch: Any, names: Mapping[str, str]) -> list[AlarmState]:
    """Return the alarms, in the order of `names`: CloudWatch's by logical name.

    Raises botocore's errors.
    """
    metric_alarms: dict[str, dict[str, Any]] = {}
    composites: dict[str, dict[str, Any]] = {}
    wanted = list(names.values())
    for start in range(0, len(wanted), _MAX_NAMES):
        response = cloudwatch.describe_alarms(
            AlarmNames=wanted[start : start + _MAX_NAMES],
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=_MAX_NAMES,
        )
        metric_alarms |= {each["AlarmName"]: each for each in response.get("MetricAlarms", [])}
        composites |= {each["AlarmName"]: each for each in response.get("CompositeAlarms", [])}
    found = {**metric_alarms, **composites}
    return [
        _state(logical, name, found.get(name, {}), is_composite=name in composites)
        for logical, name in names.items()
    ]


def _state(
    logical_name: str, name: str, alarm: Mapping[str, Any], *, is_composite: bool
) -> AlarmState:
    return AlarmState(
        name=logical_name,
        cloudwatch_name=name,
        state=alarm.get("StateValue", "MISSING"),
        since=alarm.get("StateUpdatedTimestamp"),
        description=alarm.get("AlarmDescription") or "",
        actions=tuple(alarm.get("AlarmActions") or ()),
        actions_enabled=bool(alarm.get("ActionsEnabled", False)),
        is_composite=is_composite,
        definition=alarm,
    )

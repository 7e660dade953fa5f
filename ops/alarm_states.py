"""Reads how a stack's alarms stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_MOST_NAMES = 100
"""In one request. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html"""


@dataclass(frozen=True, kw_only=True)
class AlarmState:
    """One alarm, on a metric or over other alarms."""

    kind: str
    """Its short name: its section in docs/runbook.md."""

    name: str
    state: str
    """OK, ALARM, INSUFFICIENT_DATA, or MISSING: AWS knows no such alarm."""

    since: datetime | None
    says: str
    actions: tuple[str, ...]
    """ARNs of what is told when it goes off."""

    actions_enabled: bool


def read_alarms(cloudwatch: Any, names: Mapping[str, str]) -> list[AlarmState]:
    """Return the alarms by their short names, in that order. Raises botocore's errors."""
    found: dict[str, dict[str, Any]] = {}
    wanted = list(names.values())
    for start in range(0, len(wanted), _MOST_NAMES):
        answer = cloudwatch.describe_alarms(
            AlarmNames=wanted[start : start + _MOST_NAMES],
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=_MOST_NAMES,
        )
        for each in [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]:
            found[each["AlarmName"]] = each
    return [_state(kind, name, found.get(name)) for kind, name in names.items()]


def _state(kind: str, name: str, alarm: Mapping[str, Any] | None) -> AlarmState:
    known = alarm or {}
    return AlarmState(
        kind=kind,
        name=name,
        state=known.get("StateValue", "MISSING"),
        since=known.get("StateUpdatedTimestamp"),
        says=known.get("AlarmDescription") or "",
        actions=tuple(known.get("AlarmActions") or ()),
        actions_enabled=bool(known.get("ActionsEnabled", False)),
    )

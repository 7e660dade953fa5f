"""Finds lines in the functions' logs.

FilterLogEvents costs nothing a request but reads all of the time asked for, and answers five
requests a second. Where logs are so large that this is slow, the saved query one-story is faster:
Insights charges $0.005 for each GB it reads.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from serverless_runtime.shared.timestamps import from_text


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of JSON that a function has written."""

    at: datetime
    function: str
    """By its operation, e.g. "create-task"."""

    fields: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """One of its fields, if that is text and not empty."""
        value = self.fields.get(name)
        return value if isinstance(value, str) and value else None


def log_groups(functions: Any, names: Mapping[str, str]) -> dict[str, str]:
    """Return where each function writes to, by its operation. Raises botocore's errors."""
    return {
        operation: functions.get_function_configuration(FunctionName=name)["LoggingConfig"][
            "LogGroup"
        ]
        for operation, name in names.items()
    }


def lines_with(
    logs: Any, groups: Mapping[str, str], text: str, *, since: datetime, until: datetime
) -> list[LogLine]:
    """Return the lines that hold `text`, which has no quotes in it. Raises botocore's errors."""
    return [
        line
        for operation, group in groups.items()
        for event in _events(logs, group, text, since, until)
        if (line := _line(operation, event)) is not None
    ]


def _events(
    logs: Any, group: str, text: str, since: datetime, until: datetime
) -> Iterator[dict[str, Any]]:
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        filterPattern=f'"{text}"',
        startTime=int(since.timestamp() * 1000),
        endTime=int(until.timestamp() * 1000),
    )
    for page in pages:
        yield from page["events"]


def _line(operation: str, event: Mapping[str, Any]) -> LogLine | None:
    """Read a line; None for those of the platform, and for metrics."""
    try:
        fields = json.loads(event["message"])
    except ValueError:
        return None
    if not isinstance(fields, dict) or "message" not in fields:
        return None
    return LogLine(at=_moment(fields, event), function=operation, fields=fields)


def _moment(fields: Mapping[str, Any], event: Mapping[str, Any]) -> datetime:
    """The line's own moment if that has milliseconds, as CloudWatch's always has."""
    written = str(fields.get("timestamp", ""))
    try:
        return from_text(written if "." in written else "")
    except ValueError:
        return datetime.fromtimestamp(event["timestamp"] / 1000, UTC)

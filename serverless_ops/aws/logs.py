"""Finds lines in the logs of functions.

FilterLogEvents is free but scans the whole time range, and allows five requests per second. For
large logs, Logs Insights is faster, at $0.005 per GB scanned.
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
    """Its logical name, such as "take-order"."""

    fields: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """Return one of its fields, if that is text and not empty."""
        value = self.fields.get(name)
        return value if isinstance(value, str) and value else None


def log_group(functions: Any, name: str) -> str:
    """Return where a function writes to. Raises botocore's errors."""
    configuration = functions.get_function_configuration(FunctionName=name)
    return str(configuration["LoggingConfig"]["LogGroup"])


def lines_with(
    logs: Any, groups: Mapping[str, str], text: str, *, since: datetime, until: datetime
) -> list[LogLine]:
    """Return the lines that contain `text`, which must not contain quotes. Raises botocore's
    errors.

    `groups` are log groups by the name of the function that writes to them.
    """
    return [
        line
        for function, group in groups.items()
        for event in events_with(logs, group, text, since, until)
        if (line := _parse(function, event)) is not None
    ]


def events_with(
    logs: Any, group: str, text: str, since: datetime, until: datetime
) -> Iterator[dict[str, Any]]:
    """Yield CloudWatch's events of one log group that contain `text`. Raises botocore's errors."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        filterPattern=f'"{text}"',
        startTime=int(since.timestamp() * 1000),
        endTime=int(until.timestamp() * 1000),
    )
    for page in pages:
        yield from page["events"]


def _parse(function: str, event: Mapping[str, Any]) -> LogLine | None:
    """Return the line; None for one of the platform, and for metrics."""
    try:
        fields = json.loads(event["message"])
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or "message" not in fields:
        return None
    return LogLine(at=_timestamp(fields, event), function=function, fields=fields)


def _timestamp(fields: Mapping[str, Any], event: Mapping[str, Any]) -> datetime:
    """Return the line's own timestamp if it has milliseconds, as CloudWatch's always has."""
    written = str(fields.get("timestamp", ""))
    try:
        return from_text(written if "." in written else "")
    except ValueError:
        return datetime.fromtimestamp(event["timestamp"] / 1000, UTC)

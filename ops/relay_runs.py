"""Reads when the relay ran last, and what it met, from the metrics that it prints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from serverless_runtime.handoff.relay.settings import OLDEST_AGE

LOOKS_BACK = timedelta(minutes=15)
"""It runs every minute; one that has not run for so long has an alarm of its own."""


@dataclass(frozen=True, kw_only=True)
class RelayRun:
    """One run, to its end."""

    at: datetime
    handed_off: int
    failed: int


def last_relay_run(logs: Any, log_group: str, now: datetime) -> RelayRun | None:
    """Return the last run of the last 15 minutes. Raises botocore's errors."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=log_group,
        filterPattern=f'"{OLDEST_AGE}"',
        startTime=int((now - LOOKS_BACK).timestamp() * 1000),
    )
    printed = [json.loads(event["message"]) for page in pages for event in page["events"]]
    return max(map(_run, printed), key=lambda run: run.at, default=None)


def _run(metrics: dict[str, Any]) -> RelayRun:
    return RelayRun(
        at=datetime.fromtimestamp(metrics["_aws"]["Timestamp"] / 1000, UTC),
        handed_off=int(metrics["RelayHandedOff"]),
        failed=int(metrics["RelayFailed"]),
    )

"""Reads when a relay ran last, and what it did, from the metrics that it logs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from serverless_ops.aws.logs import events_with, log_group
from serverless_runtime.handoff.relay.metrics import OLDEST_AGE, RELAY_FAILED, RELAY_HANDED_OFF

LOOKBACK = timedelta(minutes=15)
"""It runs every minute; an alarm fires long before that."""

FIRST_RUN_WITHIN = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class RelayRun:
    """One completed run."""

    at: datetime
    handed_off: int
    failed: int


def last_relay_run(functions: Any, logs: Any, name: str, now: datetime) -> RelayRun | None:
    """Return the last run of the relay within 15 minutes. Raises botocore's errors."""
    group = log_group(functions, name)
    lines = events_with(logs, group, OLDEST_AGE, now - LOOKBACK, now)
    runs = (_run(json.loads(line["message"])) for line in lines)
    return max(runs, key=lambda run: run.at, default=None)


def is_new(functions: Any, name: str, now: datetime) -> bool:
    """Return whether the relay was deployed so recently that it need not have run yet."""
    configuration = functions.get_function_configuration(FunctionName=name)
    modified = datetime.fromisoformat(str(configuration["LastModified"]))
    return now - modified < FIRST_RUN_WITHIN


def _run(metrics: dict[str, Any]) -> RelayRun:
    return RelayRun(
        at=datetime.fromtimestamp(metrics["_aws"]["Timestamp"] / 1000, UTC),
        handed_off=int(metrics[RELAY_HANDED_OFF]),
        failed=int(metrics[RELAY_FAILED]),
    )

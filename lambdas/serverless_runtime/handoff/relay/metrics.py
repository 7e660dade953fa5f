"""A run's report as CloudWatch metrics."""

from __future__ import annotations

from serverless_runtime.handoff.relay.relay import Report
from serverless_runtime.handoff.relay.settings import (
    BACKLOG,
    DEAD_LETTERS,
    OLDEST_AGE,
    RELAY_FAILED,
    RELAY_HANDED_OFF,
)
from serverless_runtime.shared.metrics import Values


def metrics_of(report: Report, *, dead_letters: int | None) -> Values:
    """Return the metrics of a run; that of the queue is left out if SQS failed."""
    metrics: dict[str, tuple[str, float]] = {
        OLDEST_AGE: ("Seconds", report.oldest_age_seconds),
        BACKLOG: ("Count", report.backlog),
        RELAY_HANDED_OFF: ("Count", report.handed_off),
        RELAY_FAILED: ("Count", report.failed),
    }
    if dead_letters is not None:
        metrics[DEAD_LETTERS] = ("Count", dead_letters)
    return metrics

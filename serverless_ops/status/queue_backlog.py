"""What waits in the queue of a consumer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from serverless_ops.aws.best_effort import BestEffort
from serverless_ops.aws.queue_depth import Depth, read_depth

_PERIOD_SECONDS = 60
_LATEST = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class QueueBacklog:
    """How much waits, and since when."""

    depth: Depth
    oldest_at: datetime | None = None
    """When the oldest message was sent; None if CloudWatch does not know, or nothing waits."""


def read_queue_backlog(client: Callable[[str], Any], url: str, now: datetime) -> QueueBacklog:
    """Return what waits in a queue. Raises botocore's errors of SQS; without permission to read
    metrics, only the age is missing."""
    depth = read_depth(client("sqs"), url)
    oldest = None
    if sum(depth):
        oldest = BestEffort().read("age", lambda: _oldest_at(client("cloudwatch"), url, now), None)
    return QueueBacklog(depth=depth, oldest_at=oldest)


def _oldest_at(cloudwatch: Any, url: str, now: datetime) -> datetime | None:
    """SQS itself does not say how old the oldest message is, only CloudWatch."""
    name = {"Name": "QueueName", "Value": url.rpartition("/")[2]}
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [name],
    }
    stat = {"Metric": metric, "Period": _PERIOD_SECONDS, "Stat": "Maximum"}
    response = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "age", "MetricStat": stat}],
        StartTime=now - _LATEST,
        EndTime=now,
        ScanBy="TimestampDescending",
    )
    [found] = response["MetricDataResults"]
    for at, seconds in zip(found["Timestamps"][:1], found["Values"][:1], strict=True):
        sent: datetime = at - timedelta(seconds=seconds)
        return sent
    return None

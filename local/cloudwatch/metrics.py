"""Publishes metrics that the emulator does not: queue depths, and the embedded metric format."""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import product
from typing import Any

from local.cloudwatch.alarms import Alarm, metric_queries
from local.emulator.clients import ACCOUNT_ID, Clients
from local.emulator.differences import Difference

log = logging.getLogger(__name__)

DIFFERENCES = (
    Difference(
        aws="SQS publishes the depth of each queue to CloudWatch every minute",
        emulator="publishes no SQS metrics",
        workaround="local/cloudwatch/metrics.py publishes the depth of every queue that an alarm "
        "watches each second, and such alarms get a period of 10 seconds",
    ),
    Difference(
        aws="CloudWatch Logs extracts metrics from lines in the embedded metric format",
        emulator="stores such lines as they are",
        workaround="local/cloudwatch/metrics.py puts the metrics that functions print",
    ),
)

_LOOK_BACK_SECONDS = 120
"""What was printed before the first look at a log counts for so long."""

_LATE_SECONDS = 10
"""The emulator gives the lines of a run the time of its end, and stores them right then."""

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
_DATAPOINTS_PER_REQUEST = 1000

_QUEUES = "AWS/SQS"
_ATTRIBUTES = {
    "ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
}
"""Queue attributes by the metric that has their value."""

PUBLISHED_EACH_SECOND = frozenset((_QUEUES, metric) for metric in _ATTRIBUTES)
"""Namespaces and names of the metrics that AWS publishes each minute."""


def publish_queue_depths(
    client: Clients, alarms: Iterable[Alarm], clock: Callable[[], float] = time.time
) -> None:
    """Put one datapoint per metric and queue that one of the alarms watches, as SQS does; none for
    a deleted queue."""
    sqs, depths = client("sqs"), list[dict[str, Any]]()
    for queue_name in watched_queues(alarms):
        with suppress(sqs.exceptions.QueueDoesNotExist):
            depths += _depths(sqs, f"{client.endpoint}/{ACCOUNT_ID}/{queue_name}", clock())
    _put(client, _QUEUES, depths)


def watched_queues(alarms: Iterable[Alarm]) -> set[str]:
    """Names of the queues that one of the alarms watches."""
    metrics = [query["MetricStat"]["Metric"] for each in alarms for query in metric_queries(each)]
    return {
        dimension["Value"]
        for metric in metrics
        if metric["Namespace"] == _QUEUES
        for dimension in metric["Dimensions"]
    }


def _depths(sqs: Any, url: str, now: float) -> list[dict[str, Any]]:
    depths = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_ATTRIBUTES.values()))[
        "Attributes"
    ]
    return [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
            "Timestamp": now,
            "Value": float(depths[attribute]),
            "Unit": "Count",
        }
        for metric, attribute in _ATTRIBUTES.items()
    ]


class EmbeddedMetrics:
    """Puts what functions print in the embedded metric format, as CloudWatch Logs does.

    `clock` gives the datapoints their timestamps.
    """

    def __init__(self, client: Clients, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self._seen: dict[tuple[str, str, int, str], float] = {}
        self._read_at: dict[str, float] = {}
        self._stored_bytes: dict[str, int] = {}
        self._read: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def publish(self) -> None:
        """Put the metrics of every such line that was printed since the last call.

        What cannot be put stays for the next call.
        """
        for line in self._new_lines():
            for namespace, datapoint in self._datapoints(line):
                self._read[namespace].append(datapoint)
        for namespace in list(self._read):
            _put(self._client, namespace, self._read[namespace])
            del self._read[namespace]

    def _new_lines(self) -> Iterator[str]:
        now = time.time()
        self._forget(now - 2 * _LOOK_BACK_SECONDS)
        groups = self._client("logs").get_paginator("describe_log_groups").paginate()
        changed = [each for page in groups for each in page["logGroups"] if self._has_changed(each)]
        for group in (each["logGroupName"] for each in changed):
            # No further back than lines are remembered.
            read_at = max(self._read_at.get(group, 0), now - _LOOK_BACK_SECONDS)
            since = read_at - _LATE_SECONDS
            self._read_at[group] = now
            for event in self._printed(group, since=since):
                line = (group, event["logStreamName"], event["timestamp"], event["message"])
                if line not in self._seen:
                    self._seen[line] = now
                    yield event["message"]

    def _has_changed(self, group: Mapping[str, Any]) -> bool:
        name, stored = group["logGroupName"], group["storedBytes"]
        before, self._stored_bytes[name] = self._stored_bytes.get(name), stored
        return bool(stored != before)

    def _printed(self, group: str, since: float) -> Iterator[dict[str, Any]]:
        pages = (
            self._client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=group,
                filterPattern='"CloudWatchMetrics"',
                startTime=int(since * 1000),
            )
        )
        for page in pages:
            yield from page["events"]

    def _forget(self, before: float) -> None:
        self._seen = {line: seen for line, seen in self._seen.items() if seen >= before}

    def _datapoints(self, line: str) -> list[tuple[str, dict[str, Any]]]:
        """Every datapoint of a line, with its namespace; none of a line in another format."""
        try:
            return [
                (namespace, {**datapoint, "Timestamp": self._clock()})
                for namespace, datapoint in datapoints_of(json.loads(line))
            ]
        except (ValueError, LookupError, TypeError):
            log.warning("not in the embedded metric format, so no metric: %s", line)
            return []


def datapoints_of(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each datapoint of a document in the embedded metric format, with its namespace.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names, metric in product(directive["Dimensions"], directive["Metrics"]):
            dimensions = [{"Name": name, "Value": document[name]} for name in names]
            values = document[metric["Name"]]
            for value in values if isinstance(values, list) else [values]:
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": dimensions,
                        "Value": float(value),
                        "Unit": metric.get("Unit", "None"),
                    },
                )


def _put(client: Clients, namespace: str, datapoints: list[dict[str, Any]]) -> None:
    for start in range(0, len(datapoints), _DATAPOINTS_PER_REQUEST):
        client("cloudwatch").put_metric_data(
            Namespace=namespace, MetricData=datapoints[start : start + _DATAPOINTS_PER_REQUEST]
        )

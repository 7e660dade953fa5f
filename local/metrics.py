"""Publishes the metrics that the emulator does not make, as AWS would, and evaluates the alarms.

On AWS a datapoint comes each minute; here each second, so that an alarm with a period of ten
seconds goes off while one watches. The alarm itself is the program's own.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.alarms import Alarms, metric_queries
from local.clients import Clients

_INTERVAL_SECONDS = 1.0

# More than a run of the relay and a slow emulator take together.
_LOOKS_BACK_SECONDS = 120

_QUEUES = "AWS/SQS"
_METRICS = {
    "ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
}

log = logging.getLogger(__name__)


@contextmanager
def publishing_metrics(client: Clients) -> Iterator[None]:
    """Publish and evaluate in the background for as long as the block runs."""
    ended = threading.Event()
    publishers: list[Callable[[], None]] = [
        lambda: publish_queue_depths(client),
        PrintedMetrics(client).publish,
        Alarms(client).evaluate,
    ]

    def publish_until_ended() -> None:
        while not ended.wait(_INTERVAL_SECONDS):
            for publish in publishers:
                try:
                    publish()
                except Exception:
                    log.exception("metrics could not be published; trying again")

    publisher = threading.Thread(target=publish_until_ended, name="metrics", daemon=True)
    publisher.start()
    try:
        yield
    finally:
        ended.set()
        publisher.join()


def publish_queue_depths(client: Clients, clock: Callable[[], float] = time.time) -> None:
    """Put one datapoint per metric and watched queue, as SQS does; none for one that is gone."""
    sqs = client("sqs")
    for queue_name in watched_queues(client):
        try:
            url = sqs.get_queue_url(QueueName=queue_name)["QueueUrl"]
        except sqs.exceptions.QueueDoesNotExist:
            continue
        client("cloudwatch").put_metric_data(
            Namespace=_QUEUES, MetricData=_depths(sqs, url, queue_name, clock())
        )


class PrintedMetrics:
    """Puts what functions print in the embedded metric format, as CloudWatch Logs does.

    `clock` says at what time it is put.
    """

    def __init__(self, client: Clients, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self._seen: dict[tuple[str, str, int, str], float] = {}

    def publish(self) -> None:
        """Put the metrics of every such line that was printed since."""
        for line in self._new_lines():
            self._put(json.loads(line))

    def _new_lines(self) -> Iterator[str]:
        now = time.time()
        self._forget(now - 2 * _LOOKS_BACK_SECONDS)
        groups = self._client("logs").get_paginator("describe_log_groups").paginate()
        for group in (each["logGroupName"] for page in groups for each in page["logGroups"]):
            for event in self._printed(group, since=now - _LOOKS_BACK_SECONDS):
                line = (group, event["logStreamName"], event["timestamp"], event["message"])
                if line not in self._seen:
                    self._seen[line] = now
                    yield event["message"]

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

    def _put(self, document: dict[str, Any]) -> None:
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = [{"Name": name, "Value": document[name]} for name in names]
                self._client("cloudwatch").put_metric_data(
                    Namespace=directive["Namespace"],
                    MetricData=[
                        {
                            "MetricName": metric["Name"],
                            "Dimensions": dimensions,
                            "Timestamp": self._clock(),
                            "Value": float(document[metric["Name"]]),
                            "Unit": metric["Unit"],
                        }
                        for metric in directive["Metrics"]
                    ],
                )


def watched_queues(client: Clients) -> set[str]:
    """Names of the queues that some alarm looks at."""
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate()
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    sources = [query["MetricStat"]["Metric"] for each in alarms for query in metric_queries(each)]
    return {
        dimension["Value"]
        for source in sources
        if source["Namespace"] == _QUEUES
        for dimension in source["Dimensions"]
    }


def _depths(sqs: Any, url: str, queue_name: str, now: float) -> list[dict[str, Any]]:
    depths = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_METRICS.values()))[
        "Attributes"
    ]
    return [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "QueueName", "Value": queue_name}],
            "Timestamp": now,
            "Value": float(depths[attribute]),
            "Unit": "Count",
        }
        for metric, attribute in _METRICS.items()
    ]

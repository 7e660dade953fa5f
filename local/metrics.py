"""Publishes the metrics that alarms watch and the emulator does not make, as AWS would.

On AWS a datapoint comes each minute; here each second, so that an alarm with a period of ten
seconds goes off while one watches. The alarm itself is the program's own and the emulator's.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.clients import Clients

_INTERVAL_SECONDS = 1.0

# More than a run of the relay and a slow emulator take together.
_LOOKS_BACK_SECONDS = 120

_QUEUES = "AWS/SQS"
_HANDOFFS = "Handoff"
_METRICS = {
    "ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
}

log = logging.getLogger(__name__)


@contextmanager
def publishing_metrics(client: Clients) -> Iterator[None]:
    """Publish in the background for as long as the block runs."""
    ended = threading.Event()
    relays = RelayMetrics(client)
    publishers: list[Callable[[], None]] = [lambda: publish_queue_depths(client), relays.publish]

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


def publish_queue_depths(client: Clients) -> None:
    """Put one datapoint per metric and watched queue, as SQS does."""
    for queue_name in watched(client, _QUEUES, "QueueName"):
        client("cloudwatch").put_metric_data(
            Namespace=_QUEUES, MetricData=_depths(client("sqs"), queue_name)
        )


class RelayMetrics:
    """Puts what the relays print in the embedded metric format, as CloudWatch Logs does."""

    def __init__(self, client: Clients) -> None:
        self._client = client
        self._seen: set[tuple[str, int, str]] = set()

    def publish(self) -> None:
        """Put the metrics of every line that a watched handoff's relay has printed since."""
        for handoff in watched(self._client, _HANDOFFS, "Handoff"):
            for line in self._new_lines(handoff):
                self._put(json.loads(line))

    def _new_lines(self, handoff: str) -> Iterator[str]:
        # The program gives a handoff's metrics the name that its relay's log group begins with.
        answer = self._client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{handoff}-relay",
            filterPattern='"CloudWatchMetrics"',
            startTime=int((time.time() - _LOOKS_BACK_SECONDS) * 1000),
        )
        for event in answer["events"]:
            line = (event["logStreamName"], event["timestamp"], event["message"])
            if line not in self._seen:
                self._seen.add(line)
                yield event["message"]

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
                            "Value": float(document[metric["Name"]]),
                            "Unit": metric["Unit"],
                        }
                        for metric in directive["Metrics"]
                    ],
                )


def watched(client: Clients, namespace: str, dimension: str) -> set[str]:
    """Values that some alarm on a metric of the namespace has for the dimension."""
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {
        each["Value"]
        for alarm in alarms
        if alarm.get("Namespace") == namespace
        for each in alarm["Dimensions"]
        if each["Name"] == dimension
    }


def _depths(sqs: Any, queue_name: str) -> list[dict[str, Any]]:
    depths = sqs.get_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName=queue_name)["QueueUrl"],
        AttributeNames=list(_METRICS.values()),
    )["Attributes"]
    return [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "QueueName", "Value": queue_name}],
            "Value": float(depths[attribute]),
            "Unit": "Count",
        }
        for metric, attribute in _METRICS.items()
    ]

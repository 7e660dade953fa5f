"""Publishes the depth of the queues that alarms watch, as SQS does on AWS.

On AWS a datapoint comes each minute; here each second, so that an alarm with a period of ten
seconds goes off while one watches. The alarm itself is the program's own and the emulator's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.clients import Clients

_INTERVAL_SECONDS = 1.0
_NAMESPACE = "AWS/SQS"
_METRICS = {
    "ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
}

log = logging.getLogger(__name__)


@contextmanager
def publishing_queue_depths(client: Clients) -> Iterator[None]:
    """Publish in the background for as long as the block runs."""
    ended = threading.Event()

    def publish_until_ended() -> None:
        while not ended.wait(_INTERVAL_SECONDS):
            try:
                publish_queue_depths(client)
            except Exception:
                log.exception("queue depths could not be published; trying again")

    publisher = threading.Thread(target=publish_until_ended, name="queue-depths", daemon=True)
    publisher.start()
    try:
        yield
    finally:
        ended.set()
        publisher.join()


def publish_queue_depths(client: Clients) -> None:
    """Put one datapoint per metric and watched queue."""
    for queue_name in watched_queues(client):
        client("cloudwatch").put_metric_data(
            Namespace=_NAMESPACE, MetricData=_datapoints(client("sqs"), queue_name)
        )


def watched_queues(client: Clients) -> set[str]:
    """Names of the queues that some alarm has as its dimension."""
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {
        dimension["Value"]
        for alarm in alarms
        if alarm.get("Namespace") == _NAMESPACE
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "QueueName"
    }


def _datapoints(sqs: Any, queue_name: str) -> list[dict[str, Any]]:
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

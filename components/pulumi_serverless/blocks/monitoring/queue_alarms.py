"""The alarms on a queue and the function that consumes it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import MathExpression, Metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.dead_letter_alarms import (
    DeadLetterThresholds,
    dead_letter_alarms,
)
from pulumi_serverless.blocks.queue import Queue
from serverless_runtime.queue_consumer.metrics import (
    FAILED,
    LAST_ATTEMPT_FAILED,
    NAMESPACE,
    QUEUE_NAME,
)

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class QueueThresholds(DeadLetterThresholds):
    """Each alarm fires at its threshold and above."""

    backlog_age_seconds: Annotated[int, Between(60, 1_209_600)] = 900
    """Age of the oldest message that waits or is worked on, 60 to 1209600, for three of five
    minutes. A message that fails is older than that after its retries."""

    failed_attempts: Annotated[int, Between(1, 1_000_000)] = 5
    """Failed attempts and failed runs in five minutes, 1 or more. One message that fails makes two
    or three in that time, and its last attempt has an alarm of its own."""


def consumer_metric(queue: Queue, name: str, statistic: str = "Sum") -> Metric:
    """A metric that the consumer of the queue emits."""
    return Metric(
        namespace=NAMESPACE, name=name, dimensions={QUEUE_NAME: queue.name}, statistic=statistic
    )


def waiting_alarms(
    owner: str, queue: Queue, *, thresholds: QueueThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on messages that wait, and on dead letters, whoever reads the queue.

    `owner` is what the dead letters failed in, e.g. "the queue orders".
    """
    backlog = AlarmArgs(
        id="backlog-age",
        description=f"A message of the queue {queue.logical_name} is "
        f"{thresholds.backlog_age_seconds} s old: more arrive than are worked on, or they fail. "
        "SQS deletes messages at the end of the queue's retention period.",
        metric=queue.metric("ApproximateAgeOfOldestMessage", "Maximum"),
        threshold=thresholds.backlog_age_seconds,
        evaluation_periods=5,
        datapoints_to_alarm=3,
        foundation=foundation,
    )
    dead_letters = dead_letter_alarms(
        owner, queue.dead_letters, thresholds=thresholds, foundation=foundation
    )
    return [backlog, *dead_letters]


def queue_alarms(
    queue: Queue, consumer: PythonFunction, *, thresholds: QueueThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on messages that wait, that fail, and that are dead letters."""
    alarm = functools.partial(AlarmArgs, foundation=foundation)
    name = queue.logical_name
    return [
        alarm(
            id="consumer-failing",
            description=f"Attempts at messages of the queue {name} failed at least "
            f"{thresholds.failed_attempts} times in five minutes, or the function "
            f"{consumer.logical_name} itself did. The messages are received again; nothing is "
            "lost.",
            # Each is missing while there is nothing to count, and one must not hide the other.
            metric=MathExpression(
                expression="FILL(failed, 0) + FILL(errors, 0)",
                metrics={
                    "failed": consumer_metric(queue, FAILED),
                    "errors": consumer.metric("Errors", "Sum"),
                },
            ),
            threshold=thresholds.failed_attempts,
            period_seconds=_FIVE_MINUTES,
        ),
        alarm(
            id="last-attempt-failed",
            description=f"A message of the queue {name} failed its last attempt and is a dead "
            "letter now. Nothing is lost, but its work has not been done.",
            # Known at once; SQS publishes the depth of a queue that was idle up to 15 min late.
            metric=consumer_metric(queue, LAST_ATTEMPT_FAILED),
        ),
        *waiting_alarms(f"the queue {name}", queue, thresholds=thresholds, foundation=foundation),
    ]

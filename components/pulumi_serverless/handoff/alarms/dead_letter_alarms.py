"""A handoff's alarms on its dead letters."""

from __future__ import annotations

import functools

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import MathExpression
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.handoff.alarms.thresholds import HandoffThresholds

_FIVE_MINUTES = 300


def dead_letter_alarms(
    name: str,
    *,
    target: PythonFunction,
    queue: DeadLetterQueue,
    thresholds: HandoffThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on dead letters that wait, that get old, and that could not be written."""
    alarm = functools.partial(AlarmArgs, foundation=foundation)
    return [
        alarm(
            id="dead-letter-depth",
            description=f"Events of the handoff {name} failed every attempt and wait in its "
            "dead-letter queue. Nothing is lost, but their work has not been done.",
            # A dead letter that is being read is not visible, but still waits.
            metric=MathExpression(
                expression="visible + in_flight",
                metrics={
                    "visible": queue.metric("ApproximateNumberOfMessagesVisible", "Maximum"),
                    "in_flight": queue.metric("ApproximateNumberOfMessagesNotVisible", "Maximum"),
                },
            ),
            threshold=thresholds.dead_letters,
        ),
        alarm(
            id="dead-letter-age",
            description=f"A dead letter of the handoff {name} has waited for "
            f"{thresholds.dead_letter_age_seconds} s. SQS deletes it at the end of the queue's "
            "retention period.",
            metric=queue.metric("ApproximateAgeOfOldestMessage", "Maximum"),
            threshold=thresholds.dead_letter_age_seconds,
            period_seconds=_FIVE_MINUTES,
        ),
        # Lambda's DeadLetterErrors has no alarm: it counts for functions with a DeadLetterConfig,
        # and this target has a destination instead.
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        alarm(
            id="dead-letter-rejected",
            description=f"Lambda could not write a failed event of the handoff {name} to its "
            "dead-letter queue: the event is lost.",
            metric=target.metric("DestinationDeliveryFailures", "Sum"),
        ),
    ]

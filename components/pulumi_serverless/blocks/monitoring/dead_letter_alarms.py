"""The alarms on dead letters that wait, whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import MathExpression
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class DeadLetterThresholds(Arguments):
    """Each alarm fires at its threshold and above."""

    dead_letters: Annotated[int, Between(1, 100_000)] = 1
    """Dead letters in the queue, being read or not; 1 to 100000. Each one is work that was not
    done, so the first counts."""

    dead_letter_age_seconds: Annotated[int, Between(60, 1_209_600)] = 86_400
    """Age of the oldest dead letter, 60 to 1209600 (14 days, when SQS deletes it). A day: whoever
    was notified of the first one has had a working day."""


def dead_letter_alarms(
    owner: str, queue: DeadLetterQueue, *, thresholds: DeadLetterThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on dead letters that wait, and that get old.

    `owner` is what they failed in, e.g. "the queue orders".
    """
    return [
        AlarmArgs(
            id="dead-letter-depth",
            description=f"Dead letters of {owner} wait for replay: they failed every attempt. "
            "Nothing is lost, but their work has not been done.",
            # A dead letter that is being read is not visible, but still waits.
            metric=MathExpression(
                expression="visible + in_flight",
                metrics={
                    "visible": queue.metric("ApproximateNumberOfMessagesVisible", "Maximum"),
                    "in_flight": queue.metric("ApproximateNumberOfMessagesNotVisible", "Maximum"),
                },
            ),
            threshold=thresholds.dead_letters,
            foundation=foundation,
        ),
        AlarmArgs(
            id="dead-letter-age",
            description=f"A dead letter of {owner} has waited for "
            f"{thresholds.dead_letter_age_seconds} s. SQS deletes it at the end of the queue's "
            "retention period.",
            metric=queue.metric("ApproximateAgeOfOldestMessage", "Maximum"),
            threshold=thresholds.dead_letter_age_seconds,
            period_seconds=_FIVE_MINUTES,
            foundation=foundation,
        ),
    ]

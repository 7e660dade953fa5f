"""The alarms on a handoff's dead letters: one on those that wait, one on those that were lost."""

from __future__ import annotations

import pulumi

from components.blocks.alarm import Alarm, AlarmArgs
from components.blocks.dead_letter_queue import DeadLetterQueue
from components.blocks.function import PythonFunction


def dead_letter_alarms(
    name: str,
    *,
    queue: DeadLetterQueue,
    target: PythonFunction,
    period_seconds: int,
    topic_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[Alarm]:
    """Make both alarms of the handoff `name`; `period_seconds` is for the one on the depth."""
    depth = Alarm(
        f"{name}-dead-letter-depth",
        AlarmArgs(
            description=f"Events of the handoff {name} failed for good and wait in its "
            "dead-letter queue. Nothing is lost: see why, mend the cause, and replay them: "
            "python -m ops dead-letters list --stack <stack>, docs/dead-letters.md.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period_seconds=period_seconds,
            topic_arn=topic_arn,
        ),
        opts=opts,
    )
    refused = Alarm(
        f"{name}-dead-letter-refused",
        AlarmArgs(
            description=f"Lambda could not write a failed event of the handoff {name} to its "
            "dead-letter queue: the event is lost. See the target's role and the queue.",
            namespace="AWS/Lambda",
            metric_name="DestinationDeliveryFailures",
            dimensions={"FunctionName": target.name},
            statistic="Sum",
            topic_arn=topic_arn,
        ),
        opts=opts,
    )
    return [depth, refused]

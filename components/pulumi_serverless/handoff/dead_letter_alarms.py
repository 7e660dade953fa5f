"""The alarms on a handoff's dead letters: those that wait, those that wait long, those lost."""

from __future__ import annotations

import pulumi

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Formula, Metric
from pulumi_serverless.handoff.thresholds import HandoffThresholds


def dead_letter_alarms(
    name: str,
    *,
    queue: DeadLetterQueue,
    target: PythonFunction,
    thresholds: HandoffThresholds,
    topic_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[Alarm]:
    """Make the alarms of the handoff `name`. Why they are as they are: decision 9."""
    depth = AlarmArgs(
        kind=AlarmKind.DEAD_LETTER_DEPTH,
        description=f"Events of the handoff {name} failed for good and wait in its dead-letter "
        "queue. Nothing is lost, but people were not told.",
        # A letter that somebody is reading is not visible, and still waits.
        watches=Formula(
            expression="visible + in_flight",
            metrics={
                "visible": _of_queue(queue, "ApproximateNumberOfMessagesVisible"),
                "in_flight": _of_queue(queue, "ApproximateNumberOfMessagesNotVisible"),
            },
        ),
        threshold=thresholds.dead_letters,
        period_seconds=thresholds.dead_letter_period_seconds,
        topic_arn=topic_arn,
    )
    age = AlarmArgs(
        kind=AlarmKind.DEAD_LETTER_AGE,
        description=f"A dead letter of the handoff {name} has waited for "
        f"{thresholds.dead_letter_age_seconds} s, and SQS deletes it when its retention is over.",
        watches=_of_queue(queue, "ApproximateAgeOfOldestMessage"),
        threshold=thresholds.dead_letter_age_seconds,
        period_seconds=300,
        topic_arn=topic_arn,
    )
    # Lambda's DeadLetterErrors has no alarm: it counts for functions with a DeadLetterConfig, and
    # this target has a destination instead.
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    refused = AlarmArgs(
        kind=AlarmKind.DEAD_LETTER_REFUSED,
        description=f"Lambda could not write a failed event of the handoff {name} to its "
        "dead-letter queue: the event is lost.",
        watches=Metric(
            namespace="AWS/Lambda",
            name="DestinationDeliveryFailures",
            dimensions={"FunctionName": target.name},
            statistic="Sum",
        ),
        topic_arn=topic_arn,
    )
    return [Alarm(f"{name}-{args.kind}", args, opts=opts) for args in (depth, age, refused)]


def _of_queue(queue: DeadLetterQueue, metric_name: str) -> Metric:
    return Metric(
        namespace="AWS/SQS",
        name=metric_name,
        dimensions={"QueueName": queue.name},
        statistic="Maximum",
    )

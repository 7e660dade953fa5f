"""The alarms on a handoff's target and on Lambda's queue in front of it."""

from __future__ import annotations

import pulumi

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Metric
from pulumi_serverless.handoff.thresholds import HandoffThresholds

_FIVE_MINUTES = 300


def target_alarms(
    name: str,
    *,
    target: PythonFunction,
    max_event_age_seconds: int,
    thresholds: HandoffThresholds,
    topic_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[Alarm]:
    """Make the alarms of the handoff `name`. Why they are as they are: decision 9."""
    event_age_seconds = thresholds.event_age_within(max_event_age_seconds)
    alarms = (
        AlarmArgs(
            kind=AlarmKind.EVENTS_DROPPED,
            description=f"Lambda gave up events of the handoff {name}: each had its last attempt "
            "or grew too old. They are in the dead-letter queue, unless dead-letter-refused is "
            "in alarm, too.",
            # Known within a minute, also when SQS has put the metrics of an idle queue to sleep.
            watches=_of_target(target, "AsyncEventsDropped", "Sum"),
            topic_arn=topic_arn,
        ),
        AlarmArgs(
            kind=AlarmKind.EVENT_AGE,
            description=f"An event of the handoff {name} was {event_age_seconds} s old at an "
            f"attempt; at {max_event_age_seconds} s it is given up. Either attempts fail, or the "
            "target is throttled.",
            # In milliseconds, once per attempt.
            watches=_of_target(target, "AsyncEventAge", "Maximum"),
            threshold=event_age_seconds * 1000,
            topic_arn=topic_arn,
        ),
        AlarmArgs(
            kind=AlarmKind.TARGET_ERRORS,
            description=f"The target of the handoff {name} failed {thresholds.target_errors} "
            "times in five minutes: more than one event cannot be delivered. Lambda still retries.",
            watches=_of_target(target, "Errors", "Sum"),
            threshold=thresholds.target_errors,
            period_seconds=_FIVE_MINUTES,
            topic_arn=topic_arn,
        ),
        AlarmArgs(
            kind=AlarmKind.TARGET_THROTTLED,
            description=f"The target of the handoff {name} was throttled in three of five "
            "minutes: events come late, and are dead-lettered when they grow too old.",
            watches=_of_target(target, "Throttles", "Sum"),
            # Throttled events wait and come again by themselves; a single minute is no news.
            evaluation_periods=5,
            datapoints_to_alarm=3,
            topic_arn=topic_arn,
        ),
        AlarmArgs(
            kind=AlarmKind.TARGET_DURATION,
            description=f"A run of the target of the handoff {name} took "
            f"{thresholds.target_duration_percent} % of its time-out of {target.timeout_seconds} "
            "s. At the time-out it is killed, and its outcome is unknown.",
            # In milliseconds; the average would hide the one run that was killed.
            watches=_of_target(target, "Duration", "Maximum"),
            threshold=target.timeout_seconds * 10 * thresholds.target_duration_percent,
            period_seconds=_FIVE_MINUTES,
            topic_arn=topic_arn,
        ),
    )
    return [Alarm(f"{name}-{args.kind}", args, opts=opts) for args in alarms]


def _of_target(target: PythonFunction, metric_name: str, statistic: str) -> Metric:
    return Metric(
        namespace="AWS/Lambda",
        name=metric_name,
        dimensions={"FunctionName": target.name},
        statistic=statistic,
    )

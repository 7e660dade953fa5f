"""A handoff's alarms on its target, and on the events in Lambda's queue that wait for it."""

from __future__ import annotations

import functools

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.handoff.alarms.thresholds import HandoffThresholds

_FIVE_MINUTES = 300


def target_alarms(
    name: str,
    *,
    target: LambdaFunction,
    max_event_age_seconds: int,
    thresholds: HandoffThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on events that get old, are dropped or lost, and on a target that fails, is
    throttled, or is slow."""
    alarm = functools.partial(AlarmArgs, foundation=foundation)
    age_seconds = thresholds.event_age_within(max_event_age_seconds)
    return [
        # Lambda's DeadLetterErrors has no alarm: it counts for functions with a DeadLetterConfig,
        # and this target has a destination instead.
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        alarm(
            id="dead-letter-rejected",
            description=f"Lambda could not write a failed event of the handoff {name} to its "
            "dead-letter queue: the event is lost.",
            metric=target.metric("DestinationDeliveryFailures", "Sum"),
        ),
        alarm(
            id="events-dropped",
            description=f"Lambda dropped events of the handoff {name}, after their last attempt or "
            "at their maximum age. They are in the dead-letter queue, unless the alarm "
            "dead-letter-rejected is firing as well.",
            # Published within a minute, even while SQS publishes no metrics for an idle queue.
            metric=target.metric("AsyncEventsDropped", "Sum"),
        ),
        alarm(
            id="event-age",
            description=f"An event of the handoff {name} was still being attempted at an age of "
            f"{age_seconds} s; at {max_event_age_seconds} s it is dead-lettered. Either attempts "
            "fail, or the target is throttled.",
            # In milliseconds, once per attempt.
            metric=target.metric("AsyncEventAge", "Maximum"),
            threshold=age_seconds * 1000,
        ),
        alarm(
            id="target-errors",
            description=f"The target of the handoff {name} failed {thresholds.target_errors} "
            "times in five minutes: more than one event is affected. Lambda is still retrying "
            "them.",
            metric=target.metric("Errors", "Sum"),
            threshold=thresholds.target_errors,
            period_seconds=_FIVE_MINUTES,
        ),
        alarm(
            id="target-throttled",
            description=f"The target of the handoff {name} was throttled in three of the last five "
            "minutes: events are delayed, and dead-lettered when they reach their maximum age.",
            metric=target.metric("Throttles", "Sum"),
            # Lambda retries throttled events by itself; a single minute needs no action.
            evaluation_periods=5,
            datapoints_to_alarm=3,
        ),
        alarm(
            id="target-duration",
            description=f"A run of the target of the handoff {name} took at least "
            f"{thresholds.target_duration_percent} % of its timeout of {target.timeout_seconds} "
            "s. At the timeout it is killed, and it is unknown whether its work was done.",
            # In milliseconds; the average would hide the one run that was killed.
            metric=target.metric("Duration", "Maximum"),
            threshold=target.timeout_seconds * 10 * thresholds.target_duration_percent,
            period_seconds=_FIVE_MINUTES,
        ),
    ]

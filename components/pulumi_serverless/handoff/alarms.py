"""The alarms of a handoff: on its dead letters, on its target, and on its outbox.

Why each is as it is: docs/decisions/0009-alarms.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import MathExpression
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs, CompositeAlarmArgs
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.handoff.outbox import Outbox
from pulumi_serverless.handoff.thresholds import HandoffThresholds
from serverless_runtime.handoff.relay.settings import OLDEST_AGE

_FIVE_MINUTES = 300

_OUTBOX_PERIODS = 3
"""A relay run that is late or lost must not page anybody."""


def dead_letter_alarms(
    name: str,
    queue: DeadLetterQueue,
    target: PythonFunction,
    *,
    thresholds: HandoffThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on dead letters that wait, that wait too long, and that are lost."""
    depth = AlarmArgs(
        id="dead-letter-depth",
        description=f"Events of the handoff {name} failed every attempt and wait in its "
        "dead-letter queue. Nothing is lost, but their work has not been done.",
        # A dead letter that somebody is reading is not visible, and still waits.
        metric=MathExpression(
            expression="visible + in_flight",
            metrics={
                "visible": queue.metric("ApproximateNumberOfMessagesVisible", "Maximum"),
                "in_flight": queue.metric("ApproximateNumberOfMessagesNotVisible", "Maximum"),
            },
        ),
        threshold=thresholds.dead_letters,
        foundation=foundation,
    )
    age = AlarmArgs(
        id="dead-letter-age",
        description=f"A dead letter of the handoff {name} has waited for "
        f"{thresholds.dead_letter_age_seconds} s. SQS deletes it at the end of the queue's "
        "retention period.",
        metric=queue.metric("ApproximateAgeOfOldestMessage", "Maximum"),
        threshold=thresholds.dead_letter_age_seconds,
        period_seconds=_FIVE_MINUTES,
        foundation=foundation,
    )
    # Lambda's DeadLetterErrors has no alarm: it counts for functions with a DeadLetterConfig, and
    # this target has a destination instead.
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    refused = AlarmArgs(
        id="dead-letter-refused",
        description=f"Lambda could not write a failed event of the handoff {name} to its "
        "dead-letter queue: the event is lost.",
        metric=target.metric("DestinationDeliveryFailures", "Sum"),
        foundation=foundation,
    )
    return [depth, age, refused]


def event_alarms(
    name: str,
    target: PythonFunction,
    *,
    max_event_age_seconds: int,
    thresholds: HandoffThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on the events in Lambda's queue in front of the target."""
    age_seconds = thresholds.event_age_within(max_event_age_seconds)
    dropped = AlarmArgs(
        id="events-dropped",
        description=f"Lambda dropped events of the handoff {name}, after their last attempt or at "
        "their maximum age. They are in the dead-letter queue, unless the alarm "
        "dead-letter-refused is firing as well.",
        # Known within a minute, also when SQS has put the metrics of an idle queue to sleep.
        metric=target.metric("AsyncEventsDropped", "Sum"),
        foundation=foundation,
    )
    age = AlarmArgs(
        id="event-age",
        description=f"An event of the handoff {name} was still being attempted at an age of "
        f"{age_seconds} s; at {max_event_age_seconds} s it is dead-lettered. Either attempts fail, "
        "or the target is throttled.",
        # In milliseconds, once per attempt.
        metric=target.metric("AsyncEventAge", "Maximum"),
        threshold=age_seconds * 1000,
        foundation=foundation,
    )
    return [dropped, age]


def target_alarms(
    name: str, target: PythonFunction, *, thresholds: HandoffThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on the target: it fails, it is throttled, it is slow."""
    errors = AlarmArgs(
        id="target-errors",
        description=f"The target of the handoff {name} failed {thresholds.target_errors} "
        "times in five minutes: more than one event is affected. Lambda still retries them.",
        metric=target.metric("Errors", "Sum"),
        threshold=thresholds.target_errors,
        period_seconds=_FIVE_MINUTES,
        foundation=foundation,
    )
    throttled = AlarmArgs(
        id="target-throttled",
        description=f"The target of the handoff {name} was throttled in three of the last five "
        "minutes: events are delayed, and dead-lettered when they reach their maximum age.",
        metric=target.metric("Throttles", "Sum"),
        # Lambda retries throttled events by itself; a single minute needs nobody.
        evaluation_periods=5,
        datapoints_to_alarm=3,
        foundation=foundation,
    )
    duration = AlarmArgs(
        id="target-duration",
        description=f"A run of the target of the handoff {name} took at least "
        f"{thresholds.target_duration_percent} % of its timeout of {target.timeout_seconds} "
        "s. At the timeout it is killed, and nobody knows whether its work was done.",
        # In milliseconds; the average would hide the one run that was killed.
        metric=target.metric("Duration", "Maximum"),
        threshold=target.timeout_seconds * 10 * thresholds.target_duration_percent,
        period_seconds=_FIVE_MINUTES,
        foundation=foundation,
    )
    return [errors, throttled, duration]


def outbox_alarms(
    name: str, outbox: Outbox, *, thresholds: HandoffThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on the outbox: events wait in it too long, or its table is throttled."""
    age = AlarmArgs(
        id="outbox-age",
        description=f"An event of the handoff {name} has waited in its outbox for at least "
        f"{thresholds.outbox_age_seconds} s, or its relay does not run. Nothing is lost, but "
        "events are not handed off.",
        metric=outbox.metric(OLDEST_AGE, "Maximum"),
        threshold=thresholds.outbox_age_seconds,
        evaluation_periods=_OUTBOX_PERIODS,
        treat_missing_data="breaching",
        # A new alarm evaluates the minutes before the relay's first run, too.
        warm_up_minutes=thresholds.outbox_warm_up_minutes,
        foundation=foundation,
    )
    throttled = throttled_alarm(
        "outbox-throttled",
        outbox.table,
        table_label=f"the outbox of the handoff {name}",
        foundation=foundation,
    )
    return [age, throttled]


def unhealthy_alarm(
    name: str, alarms: Sequence[Alarm], *, foundation: Foundation
) -> CompositeAlarmArgs:
    """Return the alarm that is one state for all the others."""
    return CompositeAlarmArgs(
        id="handoff-unhealthy",
        description=f"At least one alarm of the handoff {name} is firing. Each of them notifies "
        "by itself.",
        alarms=alarms,
        foundation=foundation,
    )

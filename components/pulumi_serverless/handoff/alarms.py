"""The alarms of a handoff: on its dead letters, on its target, and on its outbox.

Why each is as it is: docs/decisions/0009-alarms.md.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.limits import require_between
from pulumi_serverless.blocks.metric import MathExpression
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.handoff.outbox import Outbox
from serverless_runtime.handoff.relay.settings import OLDEST_AGE

_FIVE_MINUTES = 300
_LONGEST_EVENT_AGE_SECONDS = 900

_OUTBOX_PERIODS = 3
"""A relay run that is late or lost must not page anyone."""


@dataclass(frozen=True, kw_only=True)
class HandoffThresholds:
    """Each alarm fires at its threshold and above."""

    dead_letters: int = 1
    """Dead letters in the queue, being read or not; 1 to 100000. Each one is work that was not
    done, so the first counts."""

    dead_letter_age_seconds: int = 86_400
    """Age of the oldest dead letter, 60 to 1209600 (14 days, when SQS deletes it). A day: whoever
    was notified of the first one has had a working day."""

    event_age_seconds: int | None = None
    """Age of an event at an attempt, below the handoff's `max_event_age_seconds`. Left out: 900,
    or half of that maximum if it is less. The retries alone take three minutes; an event that is a
    quarter of an hour old waits for something else."""

    target_errors: int = 5
    """Failed attempts in five minutes, 1 or more. One event that fails makes three, and its dead
    letter has an alarm of its own; five need a second event."""

    target_duration_percent: int = 80
    """Longest run of the target in percent of its timeout, 1 to 100. At 100 it was killed,
    perhaps between doing its work and recording it."""

    outbox_age_seconds: int = 300
    """Age of the oldest event in the outbox, 120 to 86400. Not below 120: an event that its caller
    left behind takes that long to be relayed, minimum age and schedule together."""

    outbox_warm_up_minutes: int = 10
    """How long the new alarm on the outbox waits for the relay's first run, 0 to 60."""

    def __post_init__(self) -> None:
        require_between("dead_letters", self.dead_letters, 1, 100_000)
        require_between("dead_letter_age_seconds", self.dead_letter_age_seconds, 60, 1_209_600)
        require_between("target_errors", self.target_errors, 1, 1_000_000)
        require_between("target_duration_percent", self.target_duration_percent, 1, 100)
        require_between("outbox_age_seconds", self.outbox_age_seconds, 120, 86_400)
        require_between("outbox_warm_up_minutes", self.outbox_warm_up_minutes, 0, 60)

    def event_age_within(self, max_event_age_seconds: int) -> int:
        """The threshold for a handoff that dead-letters events at that age, in seconds.

        ValueError if it could never be reached.
        """
        if self.event_age_seconds is None:
            return min(_LONGEST_EVENT_AGE_SECONDS, max_event_age_seconds // 2)
        require_between(
            "event_age_seconds (below max_event_age_seconds)",
            self.event_age_seconds,
            1,
            max_event_age_seconds - 1,
        )
        return self.event_age_seconds


def handoff_alarms(
    name: str,
    *,
    target: PythonFunction,
    queue: DeadLetterQueue,
    outbox: Outbox | None,
    max_event_age_seconds: int,
    thresholds: HandoffThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on dead letters, on events in Lambda's queue, on the target that they wait
    for, and on the outbox if there is one."""
    alarm = functools.partial(AlarmArgs, foundation=foundation)
    age_seconds = thresholds.event_age_within(max_event_age_seconds)
    alarms = [
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
    if outbox is not None:
        alarms += [
            alarm(
                id="outbox-age",
                description=f"An event of the handoff {name} has waited in its outbox for at least "
                f"{thresholds.outbox_age_seconds} s, or its relay does not run. Nothing is lost, "
                "but events are not handed off.",
                metric=outbox.metric(OLDEST_AGE, "Maximum"),
                threshold=thresholds.outbox_age_seconds,
                evaluation_periods=_OUTBOX_PERIODS,
                treat_missing_data="breaching",
                # A new alarm evaluates the minutes before the relay's first run, too.
                warm_up_minutes=thresholds.outbox_warm_up_minutes,
            ),
            throttled_alarm(
                "outbox-throttled",
                outbox.table,
                table_label=f"the outbox of the handoff {name}",
                foundation=foundation,
            ),
        ]
    return alarms

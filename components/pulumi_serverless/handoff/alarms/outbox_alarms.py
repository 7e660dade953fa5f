"""The alarms on an outbox: on events that wait in it, and on its table."""

from __future__ import annotations

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.handoff.alarms.thresholds import OutboxThresholds
from pulumi_serverless.handoff.outbox import Outbox
from serverless_runtime.handoff.relay.metrics import OLDEST_AGE

_OUTBOX_PERIODS = 3
"""A relay run that is late or lost must not page anyone."""


def outbox_alarms(
    owner: str, outbox: Outbox, *, thresholds: OutboxThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on an outbox that is not emptied, and on its table.

    `owner` is whose it is, e.g. "the handoff shipping".
    """
    return [
        AlarmArgs(
            id="outbox-age",
            description=f"An event of {owner} has waited in its outbox for at least "
            f"{thresholds.outbox_age_seconds} s, or its relay does not run. Nothing is lost, "
            "but events are not handed off.",
            metric=outbox.metric(OLDEST_AGE, "Maximum"),
            threshold=thresholds.outbox_age_seconds,
            evaluation_periods=_OUTBOX_PERIODS,
            treat_missing_data="breaching",
            # A new alarm evaluates the minutes before the relay's first run, too.
            warm_up_minutes=thresholds.outbox_warm_up_minutes,
            foundation=foundation,
        ),
        throttled_alarm(
            "outbox-throttled",
            outbox.table,
            table_label=f"the outbox of {owner}",
            foundation=foundation,
        ),
    ]

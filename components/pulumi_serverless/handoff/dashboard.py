"""A handoff's rows of the dashboard: its outbox, its target, its dead letters."""

from __future__ import annotations

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, Graph
from pulumi_serverless.handoff.outbox import Outbox
from serverless_runtime.handoff.relay.settings import (
    BACKLOG,
    DEAD_LETTERS,
    OLDEST_AGE,
    RELAY_FAILED,
    RELAY_HANDED_OFF,
)


def outbox_row(name: str, outbox: Outbox) -> DashboardRow:
    """Return what waits in the outbox, and what its relay does."""
    return DashboardRow(
        title=f"Handoff {name}: outbox and relay",
        graphs=[
            Graph(
                title="Oldest event in the outbox (s)",
                lines={"age": outbox.metric(OLDEST_AGE, "Maximum")},
            ),
            Graph(
                title="Relay",
                lines={
                    "waiting": outbox.metric(BACKLOG, "Maximum"),
                    "handed off": outbox.metric(RELAY_HANDED_OFF, "Sum"),
                    "failed": outbox.metric(RELAY_FAILED, "Sum"),
                },
            ),
        ],
    )


def target_row(name: str, target: PythonFunction) -> DashboardRow:
    """Return what Lambda's queue and the target do with the events."""
    queue = {"received": "AsyncEventsReceived", "dropped": "AsyncEventsDropped"}
    attempts = {"attempts": "Invocations", "failed": "Errors", "throttled": "Throttles"}
    return DashboardRow(
        title=f"Handoff {name}: Lambda's queue → target",
        graphs=[
            Graph(
                title="Events",
                lines={label: target.metric(metric, "Sum") for label, metric in queue.items()},
            ),
            Graph(
                title="Age of events at their attempts (ms)",
                lines={"oldest": target.metric("AsyncEventAge", "Maximum")},
            ),
            Graph(
                title="Attempts",
                lines={label: target.metric(metric, "Sum") for label, metric in attempts.items()},
            ),
            Graph(
                title="Longest attempt (ms)",
                lines={"longest": target.metric("Duration", "Maximum")},
            ),
        ],
    )


def dead_letter_row(
    name: str, queue: DeadLetterQueue, target: PythonFunction, outbox: Outbox | None
) -> DashboardRow:
    """Return what waits in the dead-letter queue, and what could not be written to it."""
    depth = {
        "visible": queue.metric("ApproximateNumberOfMessagesVisible", "Maximum"),
        "being read": queue.metric("ApproximateNumberOfMessagesNotVisible", "Maximum"),
    }
    if outbox is not None:
        depth["counted by the relay"] = outbox.metric(DEAD_LETTERS, "Maximum")
    return DashboardRow(
        title=f"Handoff {name}: dead letters",
        graphs=[
            Graph(title="Waiting", lines=depth),
            Graph(
                title="Oldest (s)",
                lines={"age": queue.metric("ApproximateAgeOfOldestMessage", "Maximum")},
            ),
            Graph(
                title="Lost: not written to the queue",
                lines={"lost": target.metric("DestinationDeliveryFailures", "Sum")},
            ),
        ],
    )

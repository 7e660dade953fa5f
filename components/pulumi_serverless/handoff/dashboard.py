"""A handoff's rows of the dashboard: its outbox, its target, its dead letters."""

from __future__ import annotations

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, Graph, graph
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
    relay = {
        "waiting": outbox.metric(BACKLOG, "Maximum"),
        "handed off": outbox.metric(RELAY_HANDED_OFF, "Sum"),
        "failed": outbox.metric(RELAY_FAILED, "Sum"),
    }
    return DashboardRow(
        title=f"Handoff {name}: outbox and relay",
        graphs=[
            graph("Oldest event in the outbox (s)", outbox.metric, "Maximum", {"age": OLDEST_AGE}),
            Graph(title="Relay", lines=relay),
        ],
    )


def target_row(name: str, target: PythonFunction) -> DashboardRow:
    """Return what Lambda's queue and the target do with the events."""
    queue = {"received": "AsyncEventsReceived", "dropped": "AsyncEventsDropped"}
    age = {"oldest": "AsyncEventAge"}
    attempts = {"attempts": "Invocations", "failed": "Errors", "throttled": "Throttles"}
    return DashboardRow(
        title=f"Handoff {name}: Lambda's queue → target",
        graphs=[
            graph("Events", target.metric, "Sum", queue),
            graph("Age of events at their attempts (ms)", target.metric, "Maximum", age),
            graph("Attempts", target.metric, "Sum", attempts),
            graph("Longest attempt (ms)", target.metric, "Maximum", {"longest": "Duration"}),
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
    age = {"age": "ApproximateAgeOfOldestMessage"}
    lost = {"lost": "DestinationDeliveryFailures"}
    return DashboardRow(
        title=f"Handoff {name}: dead letters",
        graphs=[
            Graph(title="Waiting", lines=depth),
            graph("Oldest (s)", queue.metric, "Maximum", age),
            graph("Lost: not written to the queue", target.metric, "Sum", lost),
        ],
    )

"""A handoff's rows of the dashboard: its outbox, its target, its dead letters."""

from __future__ import annotations

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph, metric_graph
from pulumi_serverless.handoff.outbox import Outbox
from serverless_runtime.handoff.relay.metrics import (
    BACKLOG,
    DEAD_LETTERS,
    OLDEST_AGE,
    RELAY_FAILED,
    RELAY_HANDED_OFF,
)


def outbox_row(owner: str, outbox: Outbox) -> DashboardRow:
    """Return what waits in the outbox, and what its relay does."""
    relay = {
        "waiting": outbox.metric(BACKLOG, "Maximum"),
        "handed off": outbox.metric(RELAY_HANDED_OFF, "Sum"),
        "failed": outbox.metric(RELAY_FAILED, "Sum"),
    }
    return DashboardRow(
        title=f"{owner}: outbox and relay",
        graphs=[
            metric_graph(
                "Oldest event in the outbox (s)", outbox.metric, "Maximum", {"age": OLDEST_AGE}
            ),
            MetricGraph(title="Relay", lines=relay),
        ],
    )


def target_row(name: str, target: LambdaFunction) -> DashboardRow:
    """Return what Lambda's queue and the target do with the events."""
    queue = {"received": "AsyncEventsReceived", "dropped": "AsyncEventsDropped"}
    age = {"oldest": "AsyncEventAge"}
    attempts = {"attempts": "Invocations", "failed": "Errors", "throttled": "Throttles"}
    return DashboardRow(
        title=f"Handoff {name}: Lambda's queue → target",
        graphs=[
            metric_graph("Events", target.metric, "Sum", queue),
            metric_graph("Age of events at their attempts (ms)", target.metric, "Maximum", age),
            metric_graph("Attempts", target.metric, "Sum", attempts),
            metric_graph("Longest attempt (ms)", target.metric, "Maximum", {"longest": "Duration"}),
        ],
    )


def dead_letter_row(
    name: str, queue: DeadLetterQueue, target: LambdaFunction, outbox: Outbox | None
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
            MetricGraph(title="Waiting", lines=depth),
            metric_graph("Oldest (s)", queue.metric, "Maximum", age),
            metric_graph("Lost: not written to the queue", target.metric, "Sum", lost),
        ],
    )

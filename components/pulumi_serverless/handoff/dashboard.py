"""What there is to see of the two services and the handoff between them, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.dashboard import Graph, Stage
from pulumi_serverless.blocks.monitoring.metric import Metric
from pulumi_serverless.handoff.async_handoff import AsyncHandoff
from pulumi_serverless.notification_service.dashboard import channel_stage
from pulumi_serverless.notification_service.notification_service import NotificationService
from pulumi_serverless.task_service.task_service import TaskService
from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.handoff.metrics import HANDED_OFF, NAMESPACE
from serverless_runtime.handoff.relay.settings import (
    BACKLOG,
    DEAD_LETTERS,
    DIMENSION,
    OLDEST_AGE,
    RELAY_FAILED,
    RELAY_HANDED_OFF,
)
from serverless_runtime.shared.metrics import EVENT_TYPE, STACK


def stages(
    *, tasks: TaskService, handoff: AsyncHandoff, notifications: NotificationService
) -> list[Stage]:
    """Return the stages in the order the data flows."""
    target = notifications.function
    return [
        _api(tasks),
        _functions(tasks),
        _handoff(handoff),
        _target(target),
        channel_stage(notifications),
        _dead_letters(handoff, target),
    ]


def _api(tasks: TaskService) -> Stage:
    def of_api(name: str, statistic: str) -> Metric:
        return _metric("AWS/ApiGateway", name, {"ApiId": tasks.api.id}, statistic)

    requests = {"requests": "Count", "4xx": "4xx", "5xx": "5xx"}
    latencies = {"half of them": "p50", "99 of 100": "p99"}
    return Stage(
        title="Clients → API",
        graphs=[
            Graph(
                title="Requests",
                lines={label: of_api(name, "Sum") for label, name in requests.items()},
            ),
            Graph(
                title="Latency (ms)",
                lines={label: of_api("Latency", each) for label, each in latencies.items()},
            ),
        ],
    )


def _functions(tasks: TaskService) -> Stage:
    wanted = (
        ("Errors", "Errors", "Sum"),
        ("Throttles", "Throttles", "Sum"),
        ("Longest run (ms)", "Duration", "Maximum"),
    )
    return Stage(
        title="Functions of the task service",
        graphs=[
            Graph(
                title=title,
                lines={
                    operation: _of_function(function, name, statistic)
                    for operation, function in tasks.functions.items()
                },
            )
            for title, name, statistic in wanted
        ],
    )


def _handoff(handoff: AsyncHandoff) -> Stage:
    stack = f"{pulumi.get_project()}-{pulumi.get_stack()}"
    handed_off = Graph(
        title="Handed off at once",
        lines={
            event_type: _metric(
                NAMESPACE, HANDED_OFF, {STACK: stack, EVENT_TYPE: event_type}, "Sum"
            )
            for event_type in EVENT_TYPES
        },
    )
    if handoff.outbox is None:
        return Stage(title="Handoff", graphs=[handed_off])
    dimensions = {DIMENSION: handoff.outbox.metric_name}
    return Stage(
        title="Handoff: at once, or by the outbox and its relay",
        graphs=[
            handed_off,
            Graph(
                title="Oldest event in the outbox (s)",
                lines={"age": _metric(NAMESPACE, OLDEST_AGE, dimensions, "Maximum")},
            ),
            Graph(
                title="Relay",
                lines={
                    "waiting": _metric(NAMESPACE, BACKLOG, dimensions, "Maximum"),
                    "handed off": _metric(NAMESPACE, RELAY_HANDED_OFF, dimensions, "Sum"),
                    "failed": _metric(NAMESPACE, RELAY_FAILED, dimensions, "Sum"),
                },
            ),
        ],
    )


def _target(target: PythonFunction) -> Stage:
    queue = {"received": "AsyncEventsReceived", "given up": "AsyncEventsDropped"}
    attempts = {"attempts": "Invocations", "failed": "Errors", "throttled": "Throttles"}
    return Stage(
        title="Lambda's queue → target",
        graphs=[
            Graph(
                title="Events",
                lines={label: _of_function(target, name, "Sum") for label, name in queue.items()},
            ),
            Graph(
                title="Age of events at their attempts (ms)",
                lines={"oldest": _of_function(target, "AsyncEventAge", "Maximum")},
            ),
            Graph(
                title="Attempts",
                lines={
                    label: _of_function(target, name, "Sum") for label, name in attempts.items()
                },
            ),
            Graph(
                title="Longest attempt (ms)",
                lines={"longest": _of_function(target, "Duration", "Maximum")},
            ),
        ],
    )


def _dead_letters(handoff: AsyncHandoff, target: PythonFunction) -> Stage:
    queue = handoff.dead_letter_queue

    def of_queue(name: str) -> Metric:
        return _metric("AWS/SQS", name, {"QueueName": queue.name}, "Maximum")

    depth = {
        "visible": of_queue("ApproximateNumberOfMessagesVisible"),
        "being read": of_queue("ApproximateNumberOfMessagesNotVisible"),
    }
    if handoff.outbox is not None:
        seen = {DIMENSION: handoff.outbox.metric_name}
        depth["seen by the relay"] = _metric(NAMESPACE, DEAD_LETTERS, seen, "Maximum")
    return Stage(
        title="Dead letters",
        graphs=[
            Graph(title="Waiting", lines=depth),
            Graph(title="Oldest (s)", lines={"age": of_queue("ApproximateAgeOfOldestMessage")}),
            Graph(
                title="Lost: refused by the queue",
                lines={"refused": _of_function(target, "DestinationDeliveryFailures", "Sum")},
            ),
        ],
    )


def _of_function(function: PythonFunction, name: str, statistic: str) -> Metric:
    return _metric("AWS/Lambda", name, {"FunctionName": function.name}, statistic)


def _metric(
    namespace: str, name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str
) -> Metric:
    return Metric(namespace=namespace, name=name, dimensions=dimensions, statistic=statistic)

"""The one function that works through a queue: `serverless_runtime.queue_consumer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Between, require_at_least, require_at_most
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.event_pattern import require_pattern
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph, metric_graph
from pulumi_serverless.blocks.monitoring.queue_alarms import (
    QueueThresholds,
    consumer_metric,
    queue_alarms,
)
from pulumi_serverless.blocks.queue import Queue
from serverless_runtime.queue_consumer.metrics import DONE, FAILED, LAST_ATTEMPT_FAILED

VISIBILITY_PER_TIMEOUT = 6
"""Lambda may be throttled while it holds a batch, and repeats the invocation for a while.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""

MAX_BATCH_WITHOUT_WINDOW = 10
DEFAULT_BATCH_SIZE = 10


def visibility_timeout_for(timeout_seconds: int, batch_window_seconds: int = 0) -> int:
    """Return how long a queue must hide messages from a function with this timeout, in seconds."""
    return VISIBILITY_PER_TIMEOUT * timeout_seconds + batch_window_seconds


@dataclass(frozen=True, kw_only=True)
class QueueConsumerArgs(Arguments):
    """Which function gets the messages of which queue, and how many at a time."""

    foundation: Foundation
    """Whom the alarms notify."""

    queue: Queue
    """The queue; it has no other consumer."""

    function: PythonFunction
    """The function, whose handler is `each_message(work)`. Six times its timeout, plus the batch
    window, fits into the queue's `visibility_timeout_seconds`."""

    max_concurrency: Annotated[int, Between(2, 1_000)] | None = None
    """How many batches are worked on at the same time, 2 to 1000; left out, as many as the account
    allows. It limits calls in flight, not calls per second. All consumers of a function together
    have at most its `reserved_concurrency`, if it has one."""

    batch_size: Annotated[int, Between(1, 10_000)] | None = None
    """Messages per run at most, 1 to 10000; left out, 10. More than 10 need a batch window. In a
    FIFO queue 1, as a message that waits behind a failing one of its batch would use up its
    receives, and become a dead letter untried."""

    batch_window_seconds: Annotated[int, Between(0, 300)] = 0
    """How long to wait for a batch to fill, 0 to 300; 0 for a FIFO queue."""

    filter: Mapping[str, Any] | None = None
    """Pattern for the JSON in the body, e.g. `{"type": ["order.placed"]}`. Lambda deletes what does
    not match, so it must be of no interest to anyone."""

    thresholds: QueueThresholds = field(default_factory=QueueThresholds)
    """Thresholds of the alarms."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_batch()
        self._require_visibility()
        if self.filter is not None:
            require_pattern("filter", self.filter)

    @property
    def messages_per_run(self) -> int:
        """Messages per run at most."""
        if self.batch_size is not None:
            return self.batch_size
        return 1 if self.queue.fifo else DEFAULT_BATCH_SIZE

    def _require_batch(self) -> None:
        name = f"batch_size of the FIFO queue {self.queue.logical_name}"
        if self.queue.fifo:
            require_at_most(name, self.messages_per_run, 1)
            require_at_most("batch_window_seconds of a FIFO queue", self.batch_window_seconds, 0)
            return
        if self.messages_per_run > MAX_BATCH_WITHOUT_WINDOW:
            require_at_least(
                f"batch_window_seconds for a batch_size over {MAX_BATCH_WITHOUT_WINDOW}",
                self.batch_window_seconds,
                1,
            )

    def _require_visibility(self) -> None:
        timeout = self.function.timeout_seconds
        require_at_least(
            f"visibility_timeout_seconds of the queue {self.queue.logical_name} "
            f"({VISIBILITY_PER_TIMEOUT} times the timeout of {self.function.logical_name}, "
            f"{timeout} s, plus the batch window)",
            self.queue.visibility_timeout_seconds,
            visibility_timeout_for(timeout, self.batch_window_seconds),
        )


class QueueConsumer(Component):
    """Lambda receives the messages, calls the function, and deletes what it has done.

    The bundle of the function needs the packages `serverless_runtime.queue_consumer` and
    `serverless_runtime.shared`.
    """

    alarms: list[Alarm]
    """On messages that wait, that fail, and that are dead letters."""

    functions: list[PythonFunction]
    """The function."""

    mapping: aws.lambda_.EventSourceMapping
    """What connects queue and function."""

    def __init__(
        self, name: str, args: QueueConsumerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:QueueConsumer", name, args, opts)
        args.queue.consume_by(name)
        args.function.reserve_runs(name, args.max_concurrency)
        self._queue, self._function = args.queue, args.function
        child = pulumi.ResourceOptions(parent=self)
        may_receive = args.function.allow(
            f"consume-{args.queue.logical_name}",
            actions=[
                *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
                # For the delays between the attempts.
                "sqs:ChangeMessageVisibility",
            ],
            resources=[args.queue.arn],
        )
        limit = args.max_concurrency
        self.mapping = aws.lambda_.EventSourceMapping(
            f"{name}-messages",
            event_source_arn=args.queue.arn,
            function_name=args.function.arn,
            batch_size=args.messages_per_run,
            maximum_batching_window_in_seconds=args.batch_window_seconds or None,
            scaling_config=None if limit is None else {"maximum_concurrency": limit},
            filter_criteria=None
            if args.filter is None
            else {"filters": [{"pattern": json_text({"body": args.filter})}]},
            function_response_types=["ReportBatchItemFailures"],
            metrics_config={"metrics": ["EventCount"]},
            # Lambda checks the permission when the mapping is made.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_receive]),
        )
        self.functions = [args.function]
        declared = queue_alarms(
            args.queue, args.function, thresholds=args.thresholds, foundation=args.foundation
        )
        self.alarms = make_alarms(name, declared, child)
        self.register_outputs({})

    def dashboard_rows(self) -> list[DashboardRow]:
        """What waits, what is done with it, and the dead letters."""
        queue, function, dead_letters = self._queue, self._function, self._queue.dead_letters
        waiting = {
            "waiting": "ApproximateNumberOfMessagesVisible",
            "in flight": "ApproximateNumberOfMessagesNotVisible",
            "delayed": "ApproximateNumberOfMessagesDelayed",
        }
        age = {"oldest": "ApproximateAgeOfOldestMessage"}
        outcomes = {"done": DONE, "failed": FAILED, "last attempt failed": LAST_ATTEMPT_FAILED}
        runs = {"runs": "Invocations", "failed": "Errors", "throttled": "Throttles"}
        at_once = {"at the same time": "ConcurrentExecutions"}
        lines = {label: consumer_metric(queue, name) for label, name in outcomes.items()}
        dead = {label: name for label, name in waiting.items() if label != "delayed"}
        return [
            DashboardRow(
                title=f"Queue {queue.logical_name} → {function.logical_name}",
                graphs=[
                    metric_graph("Messages", queue.metric, "Maximum", waiting),
                    metric_graph("Oldest (s)", queue.metric, "Maximum", age),
                    MetricGraph(title="Attempts", lines=lines),
                    metric_graph("Runs", function.metric, "Sum", runs),
                    metric_graph("Concurrency", function.metric, "Maximum", at_once),
                ],
            ),
            DashboardRow(
                title=f"Queue {queue.logical_name}: dead letters",
                graphs=[
                    metric_graph("Waiting", dead_letters.metric, "Maximum", dead),
                    metric_graph("Oldest (s)", dead_letters.metric, "Maximum", age),
                ],
            ),
        ]

    def log_queries(self) -> dict[str, str]:
        """Which messages failed, and why."""
        return {
            "failed-messages": """\
fields @timestamp, message_id, message_group, receives, last_attempt, errorType, errorMessage
| filter message = "message failed"
| sort @timestamp desc
| limit 200"""
        }

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        entry = {
            "kind": "message",
            "queueUrl": self._queue.dead_letters.url,
            "sourceQueueUrl": self._queue.url,
        }
        return {"deadLetters": {self._queue.logical_name: entry}}

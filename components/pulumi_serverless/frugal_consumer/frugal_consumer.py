"""A queue in front of what bears only so much at a time, and the function that works through it.

senders --> queue --batches, so many at a time--> function --> a database, a partner's API
              └─ after the last attempt --> dead letters --> alarm, replay
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.encrypted_queue import Sources
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.queue_alarms import QueueThresholds
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.queue_consumer import (
    QueueConsumer,
    QueueConsumerArgs,
    visibility_timeout_for,
)


@dataclass(frozen=True, kw_only=True)
class FrugalConsumerArgs(Arguments):
    """Who does the work, and how much of it at a time."""

    foundation: Foundation
    """How the queues are kept, and whom alarms notify."""

    function: PythonFunction
    """The function that does the work; its handler is `each_message(work)`. It may receive a
    message more than once."""

    max_concurrency: Annotated[int, SameAs(QueueConsumerArgs, "max_concurrency")] = 2
    """How many runs work at the same time, 2 to 1000. It limits runs in flight, not calls per
    second; a run works on its messages one after the other."""

    batch_size: Annotated[int, SameAs(QueueConsumerArgs, "batch_size")] = 10
    """Messages per run at most, 1 to 10000. More than 10 need a batch window."""

    batch_window_seconds: Annotated[int, SameAs(QueueConsumerArgs, "batch_window_seconds")] = 0
    """How long to wait for a batch to fill, 0 to 300."""

    max_receives: Annotated[int, SameAs(QueueArgs, "max_receives")] = 5
    """Times that a message is received before it is a dead letter, 1 to 1000."""

    retention_days: Annotated[int, SameAs(QueueArgs, "retention_days")] = 4
    """How long a message waits, 1 to 13; then SQS deletes it. The alarm `backlog-age` comes long
    before."""

    dead_letter_retention_days: Annotated[int, SameAs(QueueArgs, "dead_letter_retention_days")] = 14
    """How long a dead letter waits for replay, 2 to 14 and more than `retention_days`."""

    sources: Sources = ()
    """Services that may send, at most 20, each on behalf of one resource. Functions need
    `allow_sender`."""

    filter: Mapping[str, Any] | None = None
    """Pattern for the JSON in the body. Lambda deletes what does not match."""

    thresholds: QueueThresholds = field(default_factory=QueueThresholds)
    """Alarm thresholds."""


class FrugalConsumer(Component):
    """Work that is done at the pace that what it needs can bear."""

    queue: Queue
    """Where the work waits, with its dead letters."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a sender's environment needs; serverless_runtime.queue_sender reads it."""

    alarms: Sequence[Alarm]
    """On messages that wait, that fail, and that are dead letters."""

    functions: Sequence[PythonFunction]
    """The function that does the work."""

    def __init__(
        self, name: str, args: FrugalConsumerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:FrugalConsumer", name, args, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.queue = Queue(
            name,
            QueueArgs(
                foundation=args.foundation,
                max_receives=args.max_receives,
                visibility_timeout_seconds=visibility_timeout_for(
                    args.function.timeout_seconds, args.batch_window_seconds
                ),
                retention_days=args.retention_days,
                dead_letter_retention_days=args.dead_letter_retention_days,
                sources=args.sources,
            ),
            opts=child,
        )
        self._consumer = QueueConsumer(
            name,
            QueueConsumerArgs(
                foundation=args.foundation,
                queue=self.queue,
                function=args.function,
                max_concurrency=args.max_concurrency,
                batch_size=args.batch_size,
                batch_window_seconds=args.batch_window_seconds,
                filter=args.filter,
                thresholds=args.thresholds,
            ),
            opts=child,
        )
        self.environment = self.queue.environment
        self.alarms = self._consumer.alarms
        self.functions = self._consumer.functions
        self.register_outputs({"queue_url": self.queue.url})

    def allow_sender(self, function: PythonFunction) -> None:
        """Let `function` send work, and nothing else. ValueError unless its environment contains
        `environment`."""
        function.require_environment(self.queue.logical_name, self.environment)
        self.queue.allow_sender(function)

    def dashboard_rows(self) -> list[DashboardRow]:
        """What waits, what is done with it, and the dead letters."""
        return self._consumer.dashboard_rows()

    def log_queries(self) -> dict[str, str]:
        """Which messages failed, and why."""
        return self._consumer.log_queries()

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        return self._consumer.operations()

"""A FIFO queue and its worker: in order within each group, many groups side by side.

senders --> FIFO queue --one message at a time per group--> worker --> whatever needs the order
              └─ what failed for good, and its group behind it --> dead letters --> alarm, replay
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Between, require_at_most
from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.bundle import require_packages
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, metric_graph
from pulumi_serverless.blocks.monitoring.queue_alarms import QueueThresholds
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.queue_consumer import (
    QueueConsumer,
    QueueConsumerArgs,
    visibility_timeout_for,
)
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from serverless_runtime.fifo_consumer.metrics import NAMESPACE, PARKED
from serverless_runtime.fifo_consumer.settings import OnPoison, fifo_environment
from serverless_runtime.queue_consumer.metrics import QUEUE_NAME

MAX_RECEIVES = 1_000
"""SQS's limit. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""

SECONDS_PER_DAY = 86_400

_PACKAGES = tuple(
    f"serverless_runtime.{each}" for each in ("fifo_consumer", "queue_consumer", "shared")
)


@dataclass(frozen=True, kw_only=True)
class FifoConsumerArgs(Arguments):
    """Who does the work, and what happens to a group whose message fails for good."""

    foundation: Foundation
    """How queues and table are kept, and whom alarms notify."""

    worker: PythonFunctionArgs
    """The function that does the work; its handler is `each_in_order(work)`. Its code needs the
    packages `serverless_runtime.fifo_consumer`, `.queue_consumer` and `.shared`. It may receive a
    message more than once."""

    on_poison: OnPoison = "park"
    """"park": the group waits until the message is repaired and replayed, so its order holds; other
    groups go on. "skip": the group goes on without it, and a replay comes out of order."""

    max_attempts: Annotated[int, Between(1, 100)] = 3
    """Attempts at a message before that happens, 1 to 100. Its group waits meanwhile."""

    max_concurrency: Annotated[int, SameAs(QueueConsumerArgs, "max_concurrency")] = 10
    """How many groups are worked on at the same time, 2 to 1000."""

    retention_days: Annotated[int, SameAs(QueueArgs, "retention_days")] = 4
    """How long a message waits, 1 to 13; then SQS deletes it, and the order has a gap. The alarm
    `backlog-age` comes long before."""

    dead_letter_retention_days: Annotated[int, SameAs(QueueArgs, "dead_letter_retention_days")] = 14
    """How long a dead letter waits for replay, 2 to 14 and more than `retention_days`."""

    thresholds: QueueThresholds = field(default_factory=QueueThresholds)
    """Alarm thresholds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_packages("worker.code", self.worker.code, _PACKAGES)
        longest = self.max_attempts * self.visibility_timeout_seconds
        require_at_most(
            f"max_attempts times the {self.visibility_timeout_seconds} s of a killed attempt "
            "(within retention_days)",
            longest,
            self.retention_days * SECONDS_PER_DAY,
        )

    @property
    def visibility_timeout_seconds(self) -> int:
        """How long a message whose worker was killed is hidden, and its group waits."""
        return visibility_timeout_for(self.worker.timeout_seconds)

    @property
    def max_receives(self) -> int:
        """After how many receives SQS itself moves a message away, without its group.

        To park a group the worker has to run, which it may not for hours: it is throttled, or its
        code cannot be imported. So as late as possible, but well before the message is deleted.
        """
        if self.on_poison == "skip":
            return self.max_attempts
        half = self.retention_days * SECONDS_PER_DAY // 2
        fitting = half // self.visibility_timeout_seconds
        return max(self.max_attempts + 1, min(MAX_RECEIVES, fitting))


class FifoConsumer(Component):
    """Work that is done in order within each message group."""

    queue: Queue
    """Where the work waits, with its dead letters."""

    worker: PythonFunction
    """The function that does the work; `allow` gives it more permissions."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a sender's environment needs; serverless_runtime.queue_sender reads it."""

    alarms: list[Alarm]
    """On messages that wait, that fail, and that are dead letters, and on parked groups."""

    functions: list[PythonFunction]
    """The worker."""

    def __init__(
        self, name: str, args: FifoConsumerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:FifoConsumer", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        parks = args.on_poison == "park"
        self.queue = Queue(
            name,
            QueueArgs(
                foundation=args.foundation,
                fifo=True,
                max_receives=args.max_receives,
                visibility_timeout_seconds=args.visibility_timeout_seconds,
                retention_days=args.retention_days,
                dead_letter_retention_days=args.dead_letter_retention_days,
            ),
            opts=self._child,
        )
        self._parked_groups = self._table() if parks else None
        self.worker = self._worker()
        self._consumer = QueueConsumer(
            name,
            QueueConsumerArgs(
                foundation=args.foundation,
                queue=self.queue,
                function=self.worker,
                max_concurrency=args.max_concurrency,
                thresholds=args.thresholds,
            ),
            opts=self._child,
        )
        self.environment = self.queue.environment
        self.alarms = [*self._consumer.alarms, *self._parking_alarms()]
        self.functions = [self.worker]
        self.register_outputs({"queue_url": self.queue.url})

    def allow_sender(self, function: PythonFunction) -> None:
        """Let `function` send work, and nothing else. ValueError unless its environment contains
        `environment`."""
        function.require_environment(self.queue.logical_name, self.environment)
        self.queue.allow_sender(function)

    def dashboard_rows(self) -> list[DashboardRow]:
        """What waits, what is done with it, the dead letters, and what is parked."""
        rows = self._consumer.dashboard_rows()
        if self._args.on_poison == "skip":
            return rows
        graph = metric_graph("Parked messages", self._metric, "Sum", {"parked": PARKED})
        return [*rows, DashboardRow(title=f"Queue {self._name}: parked groups", graphs=[graph])]

    def log_queries(self) -> dict[str, str]:
        """Which messages failed, and why."""
        return self._consumer.log_queries()

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        return self._consumer.operations()

    def _table(self) -> Table:
        return Table(
            f"{self._name}-parked-groups",
            TableArgs(
                foundation=self._args.foundation,
                key=Key(partition="message_group"),
                rows_expire=False,
            ),
            opts=self._child,
        )

    def _worker(self) -> PythonFunction:
        args, table = self._args.worker, self._parked_groups
        if table is None:
            return PythonFunction(f"{self._name}-worker", args, opts=self._child)
        parking = fifo_environment(
            max_attempts=str(self._args.max_attempts),
            table_name=table.name,
            dead_letter_queue_url=self.queue.dead_letters.url,
        )
        worker = PythonFunction(
            f"{self._name}-worker",
            dataclasses.replace(args, environment={**args.environment, **parking}),
            opts=self._child,
        )
        worker.allow(
            f"park-groups-of-{self._name}",
            actions=["dynamodb:GetItem", "dynamodb:UpdateItem"],
            resources=[table.arn],
        )
        self.queue.dead_letters.allow_sender(worker)
        return worker

    def _parking_alarms(self) -> list[Alarm]:
        if self._parked_groups is None:
            return []
        foundation = self._args.foundation
        parked = AlarmArgs(
            id="group-parked",
            description=f"A message of the queue {self._name} failed its last attempt, and its "
            "group is parked: what comes after it waits among the dead letters. Other groups go "
            "on; nothing is lost.",
            metric=self._metric(PARKED, "Sum"),
            foundation=foundation,
        )
        throttled = throttled_alarm(
            "consumer-table-throttled",
            self._parked_groups,
            table_label=f"the table of parked groups of the queue {self._name}",
            foundation=foundation,
        )
        return make_alarms(self._name, [parked, throttled], self._child)

    def _metric(self, name: str, statistic: str) -> Metric:
        dimensions = {QUEUE_NAME: self.queue.name}
        return Metric(namespace=NAMESPACE, name=name, dimensions=dimensions, statistic=statistic)

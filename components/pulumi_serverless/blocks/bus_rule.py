"""A rule of a bus: a queue gets the events that it wants, and a function or somebody else reads it.

bus --what the rule wants--> queue --batches--> function, or whoever reads it
  └─ what the queue does not take --> the queue's dead letters <-- after the last attempt --┘
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Distinct, Size
from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.bus import Bus
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.encrypted_queue import Source
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, metric_graph
from pulumi_serverless.blocks.monitoring.queue_alarms import QueueThresholds, waiting_alarms
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.queue_consumer import (
    QueueConsumer,
    QueueConsumerArgs,
    visibility_timeout_for,
)

_READER_SECONDS = 60
"""How long a reader outside of this program has for a message."""


@dataclass(frozen=True, kw_only=True)
class BusRuleArgs(Arguments):
    """Which events of a bus are wanted."""

    foundation: Foundation
    """How the queue is kept, and whom alarms notify."""

    bus: Bus
    """The bus."""

    source: str
    """Whose events, e.g. "shop"."""

    detail_types: Annotated[Sequence[str], Size(1, 100), Distinct()]
    """Which of them, e.g. ["product.restocked"], 1 to 100 types."""

    function: PythonFunction | None = None
    """Works on the events, each as EventBridge writes it; its handler is `each_message(work)`. Left
    out, somebody outside of this program reads the queue."""

    max_concurrency: Annotated[int, SameAs(QueueConsumerArgs, "max_concurrency")] | None = None
    """How many runs of the function work at the same time, 2 to 1000; left out, as many as the
    account allows."""

    max_receives: Annotated[int, SameAs(QueueArgs, "max_receives")] = 5
    """Times that a message is received before it is a dead letter, 1 to 1000."""

    thresholds: QueueThresholds = field(default_factory=QueueThresholds)
    """Alarm thresholds; `failed_attempts` is that of the function."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.function is None and self.max_concurrency is not None:
            raise ValueError(
                f"max_concurrency must have a function that it limits, got {self.max_concurrency} "
                "and none"
            )


class BusRule(Component):
    """A rule and a queue of its own. What EventBridge cannot deliver within a day goes to the
    queue's dead letters, with those that its reader fails on."""

    queue: Queue
    """Where the events wait. Its one consumer is the rule's function, or outside of this
    program."""

    alarms: Sequence[Alarm]
    """On events that are lost, that wait, and that are dead letters; with a function, on failed
    attempts, too."""

    functions: Sequence[PythonFunction]
    """The function, if the rule has one."""

    def __init__(
        self, name: str, args: BusRuleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:BusRule", name, args, opts)
        child = pulumi.ResourceOptions(parent=self)
        pattern = {"source": [args.source], "detail-type": list(args.detail_types)}
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            event_bus_name=args.bus.name,
            event_pattern=json.dumps(pattern),
            opts=child,
        )
        by_rule = Source(service="events.amazonaws.com", arn=rule.arn)
        self.queue = Queue(
            name,
            QueueArgs(
                foundation=args.foundation,
                max_receives=args.max_receives,
                visibility_timeout_seconds=_READER_SECONDS
                if args.function is None
                else visibility_timeout_for(args.function.timeout_seconds),
                sources=[by_rule],
                dead_letter_sources=[by_rule],
            ),
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            event_bus_name=args.bus.name,
            rule=rule.name,
            arn=self.queue.arn,
            dead_letter_config={"arn": self.queue.dead_letters.arn},
            opts=child,
        )
        self._consumer = self._consumed(name, args, child)
        self.functions = [] if args.function is None else [args.function]
        lost = AlarmArgs(
            id="delivery-lost",
            description=f"The rule {name} could neither deliver an event to its queue nor keep it "
            "among the dead letters: it is lost.",
            metric=Metric(
                namespace="AWS/Events",
                name="InvocationsFailedToBeSentToDlq",
                dimensions={"EventBusName": args.bus.name, "RuleName": rule.name},
                statistic="Sum",
            ),
            foundation=args.foundation,
        )
        self.alarms = [
            *make_alarms(name, [lost], child),
            *(
                self._unread_alarms(name, args, child)
                if self._consumer is None
                else self._consumer.alarms
            ),
        ]
        self.register_outputs({})

    def _consumed(
        self, name: str, args: BusRuleArgs, child: pulumi.ResourceOptions
    ) -> QueueConsumer | None:
        if args.function is None:
            # Alarms on its dead letters are made once.
            self.queue.consume_by("readers outside of this program; a rule has a `function`")
            return None
        consumer = QueueConsumerArgs(
            foundation=args.foundation,
            queue=self.queue,
            function=args.function,
            max_concurrency=args.max_concurrency,
            thresholds=args.thresholds,
        )
        return QueueConsumer(name, consumer, opts=child)

    def _unread_alarms(
        self, name: str, args: BusRuleArgs, child: pulumi.ResourceOptions
    ) -> list[Alarm]:
        declared = waiting_alarms(
            f"the rule {name}", self.queue, thresholds=args.thresholds, foundation=args.foundation
        )
        return make_alarms(name, declared, child)

    def dashboard_rows(self) -> list[DashboardRow]:
        """The events that wait, what is done with them, and the dead letters."""
        if self._consumer is not None:
            return self._consumer.dashboard_rows()
        waiting = {
            "waiting": "ApproximateNumberOfMessagesVisible",
            "in flight": "ApproximateNumberOfMessagesNotVisible",
        }
        queue, dead_letters = self.queue, self.queue.dead_letters
        return [
            DashboardRow(
                title=f"Events of {queue.logical_name}",
                graphs=[
                    metric_graph("Waiting", queue.metric, "Maximum", waiting),
                    metric_graph("Dead letters", dead_letters.metric, "Maximum", waiting),
                ],
            )
        ]

    def log_queries(self) -> dict[str, str]:
        """Which events failed, and why, if the rule has a function."""
        return {} if self._consumer is None else self._consumer.log_queries()

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        entry = {
            "kind": "message",
            "queueUrl": self.queue.dead_letters.url,
            "sourceQueueUrl": self.queue.url,
        }
        return {"deadLetters": {self.queue.logical_name: entry}}

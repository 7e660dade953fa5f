"""A rule of a bus: a queue gets the events that it wants."""

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
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, metric_graph
from pulumi_serverless.blocks.monitoring.dead_letter_alarms import (
    DeadLetterThresholds,
    dead_letter_alarms,
)
from pulumi_serverless.blocks.queue import Queue, QueueArgs


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

    max_receives: Annotated[int, SameAs(QueueArgs, "max_receives")] = 5
    """Times that a message is received before it is a dead letter, 1 to 1000."""

    thresholds: DeadLetterThresholds = field(default_factory=DeadLetterThresholds)
    """Alarm thresholds."""


class BusRule(Component):
    """A rule and a queue of its own, which has each event as EventBridge writes it.

    What EventBridge cannot deliver within a day goes to the queue's dead letters, with those that
    its consumer fails on. A `QueueConsumer` of the queue has alarms of its own on them.
    """

    queue: Queue
    """Where the events wait."""

    alarms: Sequence[Alarm]
    """On dead letters."""

    functions: Sequence[PythonFunction] = ()
    """None: whoever reads the queue is not known here."""

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
        declared = dead_letter_alarms(
            f"the rule {name}",
            self.queue.dead_letters,
            thresholds=args.thresholds,
            foundation=args.foundation,
        )
        self.alarms = make_alarms(name, declared, child)
        self.register_outputs({})

    def dashboard_rows(self) -> list[DashboardRow]:
        """The events that wait, and the dead letters."""
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
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        entry = {
            "kind": "message",
            "queueUrl": self.queue.dead_letters.url,
            "sourceQueueUrl": self.queue.url,
        }
        return {"deadLetters": {self.queue.logical_name: entry}}

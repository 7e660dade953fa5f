"""The outbox: events wait in it until Lambda has accepted them.

caller --one transaction--> its own table and the outbox --relay, every minute--> target
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.names import stack_name
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.handoff.relay import Relay, RelayArgs
from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.handoff.relay.settings import DIMENSION


@dataclass(frozen=True, kw_only=True)
class OutboxArgs:
    """Whose events wait, and from what age the relay takes them over."""

    foundation: Foundation

    handoff_name: str
    """Logical name of the handoff."""

    target: PythonFunction
    dead_letter_queue: DeadLetterQueue
    relay_minimum_age_seconds: int


class Outbox(pulumi.ComponentResource):
    """The table, and the relay that empties it."""

    table: Table
    relay: PythonFunction

    def __init__(
        self, name: str, args: OutboxArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Outbox", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Metrics are named for the whole account: two stacks must not share one.
        self._metric_name = f"{stack_name()}-{args.handoff_name}"
        self.table = Table(
            name,
            TableArgs(
                foundation=args.foundation,
                key=Key(partition="shard", sort="committed"),
                rows_expire=False,
            ),
            opts=child,
        )
        self.relay = Relay(
            f"{args.handoff_name}-relay",
            RelayArgs(
                foundation=args.foundation,
                handoff_name=self._metric_name,
                outbox=self.table,
                target=args.target,
                dead_letter_queue=args.dead_letter_queue,
                minimum_age_seconds=args.relay_minimum_age_seconds,
            ),
            opts=child,
        ).function
        self.register_outputs({})

    def metric(self, name: str, statistic: str) -> Metric:
        """A metric that the relay publishes."""
        return Metric(
            namespace=NAMESPACE,
            name=name,
            dimensions={DIMENSION: self._metric_name},
            statistic=statistic,
        )

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` put events into the outbox, and delete those that were accepted."""
        caller.allow(
            "fill-outbox",
            actions=["dynamodb:PutItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )

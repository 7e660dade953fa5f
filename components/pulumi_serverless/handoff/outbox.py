"""The outbox: events wait in it until their target has accepted them.

caller --one transaction--> its own table and the outbox --relay, every minute--> target
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.metric import (
    Metric,
    Statistic,
    metrics_environment,
    own_metric,
)
from pulumi_serverless.blocks.schedule import Schedule, ScheduleArgs
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.handoff.relay.settings import RelaySettings
from serverless_runtime.handoff.settings import handoff_environment
from serverless_runtime.shared.environment import environment_for

CODE = FunctionCode(
    packages=(
        "serverless_runtime.handoff.relay",
        "serverless_runtime.handoff",
        "serverless_runtime.shared",
    )
)

RELAY_TIMEOUT_SECONDS = 95
"""The relay begins nothing in its last 40 s, so a run of a long backlog works for 55 s. Two runs
may overlap: their claims keep them apart."""


RelayMinimumAge = Annotated[int, Between(30, 60)]


@dataclass(frozen=True, kw_only=True)
class OutboxArgs(Arguments):
    """Whose events wait, and from what age the relay takes them over."""

    foundation: Foundation

    handoff_name: str
    """Logical name of the handoff or of the publisher."""

    target: Mapping[str, pulumi.Input[str]]
    """Its settings of where events go."""

    allow_target: Callable[[PythonFunction], object]
    """Lets the relay send events there."""

    dead_letter_queue: DeadLetterQueue | None = None
    """Receives what a function can never accept; the relay publishes its depth in each run."""

    relay_minimum_age_seconds: RelayMinimumAge
    """Age from which the relay takes an event over, 30 to 60."""


class Outbox(Component):
    """The table, and the relay that empties it."""

    table: Table
    relay: PythonFunction

    def __init__(
        self, name: str, args: OutboxArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Outbox", name, args, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self._handoff_name = args.handoff_name
        self.table = Table(
            name,
            TableArgs(
                foundation=args.foundation,
                key=Key(partition="shard", sort="committed"),
                rows_expire=False,
            ),
            opts=self._child,
        )
        self._relay_name = f"{args.handoff_name}-relay"
        self.relay = self._relay(args)
        Schedule(
            f"{self._relay_name}-schedule",
            ScheduleArgs(
                function=self.relay,
                expression="rate(1 minute)",
                description="Hands off what is still in the outbox.",
            ),
            opts=self._child,
        )
        self.register_outputs({})

    def metric(self, name: str, statistic: Statistic) -> Metric:
        """A metric that the relay publishes."""
        return own_metric(NAMESPACE, name, statistic, component=self._handoff_name)

    def operations(self) -> dict[str, pulumi.Output[str]]:
        """Where events wait, and who relays them: its entry among the output `outboxes`."""
        return {"tableName": self.table.name, "relayFunctionName": self.relay.name}

    def allow_caller(self, caller: LambdaFunction) -> None:
        """Let `caller` put events into the outbox, and delete those that were accepted."""
        caller.allow(
            f"fill-{self._name}",
            actions=["dynamodb:PutItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )

    def _relay(self, args: OutboxArgs) -> PythonFunction:
        queue = args.dead_letter_queue
        dead_letters: dict[str, Any] = {}
        if queue is not None:
            dead_letters = {"dead_letter_queue_url": queue.url}
        function = PythonFunction(
            self._relay_name,
            PythonFunctionArgs(
                handler="serverless_runtime.handoff.relay.handler.handle",
                code=CODE,
                foundation=args.foundation,
                timeout_seconds=RELAY_TIMEOUT_SECONDS,
                environment={
                    **metrics_environment(args.handoff_name),
                    **environment_for(
                        RelaySettings,
                        **dead_letters,
                        minimum_age_seconds=str(args.relay_minimum_age_seconds),
                    ),
                    **handoff_environment(
                        args.handoff_name, **args.target, outbox_table_name=self.table.name
                    ),
                },
            ),
            opts=self._child,
        )
        function.allow(
            "empty-outbox",
            actions=["dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"],
            resources=[self.table.arn],
        )
        # A long backlog is relayed by a run for each shard.
        function.allow(
            "start-runs-for-shards",
            actions=["lambda:InvokeFunction"],
            resources=[function.arn],
        )
        args.allow_target(function)
        if queue is not None:
            # What Lambda will never accept becomes a dead letter.
            function.allow(
                "add-and-count-dead-letters",
                actions=["sqs:SendMessage", "sqs:GetQueueAttributes"],
                resources=[queue.arn],
            )
        return function

"""The outbox: events wait in it until Lambda has accepted them, and somebody is told if they wait.

caller --one transaction--> its own table and the outbox --relay, every minute--> target
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.blocks.alarm import Alarm, AlarmArgs
from components.blocks.function import PythonFunction
from components.blocks.runtime import Runtime
from components.blocks.table import Key, Table, TableArgs
from components.relay import Relay, RelayArgs
from lambdas.handoff_relay.settings import DIMENSION, NAMESPACE, OLDEST_AGE

ALARM_PERIODS = 3
"""A run that comes late or is lost must not wake anybody."""


@dataclass(frozen=True, kw_only=True)
class OutboxArgs:
    """Whose events wait, and for how long nobody needs to know."""

    handoff_name: str
    """Logical name of the handoff."""

    target: PythonFunction
    relay_minimum_age_seconds: int
    alarm_age_seconds: int
    alarm_warm_up_minutes: int
    alarm_topic_arn: pulumi.Input[str]
    runtime: Runtime
    protect_data: bool


class Outbox(pulumi.ComponentResource):
    """The table, the relay that empties it, and the alarm on the age of its oldest row."""

    table: Table
    relay: PythonFunction
    alarm: Alarm

    def __init__(
        self, name: str, args: OutboxArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Outbox", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Metrics are named for the whole account: two stacks must not share one.
        metric_name = f"{pulumi.get_project()}-{pulumi.get_stack()}-{args.handoff_name}"
        self.table = Table(
            name,
            TableArgs(
                key=Key(partition="shard", sort="committed"),
                protect_data=args.protect_data,
                encryption_key=args.runtime.encryption_key,
                rows_expire=False,
            ),
            opts=child,
        )
        self.relay = Relay(
            f"{args.handoff_name}-relay",
            RelayArgs(
                handoff_name=metric_name,
                outbox=self.table,
                target=args.target,
                minimum_age_seconds=args.relay_minimum_age_seconds,
                runtime=args.runtime,
            ),
            opts=child,
        ).function
        self.alarm = Alarm(
            f"{name}-age",
            AlarmArgs(
                description=f"Events of the handoff {args.handoff_name} have waited in its outbox "
                f"for {args.alarm_age_seconds} s, or its relay does not run. Nothing is lost, but "
                "nobody is told of them: see the relay's log for why, and mend that.",
                namespace=NAMESPACE,
                metric_name=OLDEST_AGE,
                dimensions={DIMENSION: metric_name},
                statistic="Maximum",
                threshold=args.alarm_age_seconds,
                evaluation_periods=ALARM_PERIODS,
                silence_is_bad=True,
                # A new alarm looks back on silence from before the relay's first run.
                warm_up_minutes=args.alarm_warm_up_minutes,
                topic_arn=args.alarm_topic_arn,
            ),
            opts=child,
        )
        self.register_outputs({})

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` put events into the outbox, and delete those that were accepted."""
        caller.allow(
            "fill-outbox",
            actions=["dynamodb:PutItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )

"""The outbox: events wait in it until Lambda has accepted them, and somebody is told if they wait.

caller --one transaction--> its own table and the outbox --relay, every minute--> target
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Metric
from pulumi_serverless.blocks.monitoring.table_alarm import throttled_alarm
from pulumi_serverless.blocks.runtime import Runtime
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.handoff.relay import Relay, RelayArgs
from pulumi_serverless.handoff.thresholds import HandoffThresholds
from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.handoff.relay.settings import DIMENSION, OLDEST_AGE

ALARM_PERIODS = 3
"""A run that comes late or is lost must not wake anybody."""


@dataclass(frozen=True, kw_only=True)
class OutboxArgs:
    """Whose events wait, and for how long nobody needs to know."""

    handoff_name: str
    """Logical name of the handoff."""

    target: PythonFunction
    dead_letter_queue: DeadLetterQueue
    relay_minimum_age_seconds: int
    thresholds: HandoffThresholds
    alarm_topic_arn: pulumi.Input[str]
    runtime: Runtime
    protect_data: bool


class Outbox(pulumi.ComponentResource):
    """The table, the relay that empties it, and the alarms on both."""

    table: Table
    relay: PythonFunction
    alarms: list[Alarm]

    metric_name: str
    """What the handoff is called in the relay's metrics."""

    def __init__(
        self, name: str, args: OutboxArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Outbox", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Metrics are named for the whole account: two stacks must not share one.
        self.metric_name = f"{pulumi.get_project()}-{pulumi.get_stack()}-{args.handoff_name}"
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
                handoff_name=self.metric_name,
                outbox=self.table,
                target=args.target,
                dead_letter_queue=args.dead_letter_queue,
                minimum_age_seconds=args.relay_minimum_age_seconds,
                runtime=args.runtime,
            ),
            opts=child,
        ).function
        self.alarms = [
            self._age_alarm(name, args),
            throttled_alarm(
                f"{name}-throttled",
                AlarmKind.OUTBOX_THROTTLED,
                self.table,
                what=f"the outbox of the handoff {args.handoff_name}",
                topic_arn=args.alarm_topic_arn,
                opts=child,
            ),
        ]
        self.register_outputs({})

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` put events into the outbox, and delete those that were accepted."""
        caller.allow(
            "fill-outbox",
            actions=["dynamodb:PutItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )

    def _age_alarm(self, name: str, args: OutboxArgs) -> Alarm:
        age_seconds = args.thresholds.outbox_age_seconds
        return Alarm(
            f"{name}-age",
            AlarmArgs(
                kind=AlarmKind.OUTBOX_AGE,
                description=f"Events of the handoff {args.handoff_name} have waited in its outbox "
                f"for {age_seconds} s, or its relay does not run. Nothing is lost, but nobody is "
                "told of them.",
                watches=Metric(
                    namespace=NAMESPACE,
                    name=OLDEST_AGE,
                    dimensions={DIMENSION: self.metric_name},
                    statistic="Maximum",
                ),
                threshold=age_seconds,
                evaluation_periods=ALARM_PERIODS,
                silence_is_bad=True,
                # A new alarm looks back on silence from before the relay's first run.
                warm_up_minutes=args.thresholds.outbox_warm_up_minutes,
                topic_arn=args.alarm_topic_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

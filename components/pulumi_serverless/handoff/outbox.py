"""The outbox: events wait in it until Lambda has accepted them.

caller --one transaction--> its own table and the outbox --relay, every minute--> target
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.iam import assume_role_policy, policy, statement
from pulumi_serverless.blocks.metric import Metric, metrics_environment, own_metric
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

RELAY_TIMEOUT_SECONDS = 90
"""The relay begins nothing in its last 40 s, so a run of a long backlog works for 50 s. Two runs
may overlap: their claims keep them apart."""


@dataclass(frozen=True, kw_only=True)
class OutboxArgs:
    """Whose events wait, and from what age the relay takes them over."""

    foundation: Foundation

    handoff_name: str
    """Logical name of the handoff."""

    target: PythonFunction
    dead_letter_queue: DeadLetterQueue
    """The queue whose depth the relay publishes in each run."""

    relay_minimum_age_seconds: int


class Outbox(pulumi.ComponentResource):
    """The table, and the relay that empties it."""

    table: Table
    relay: PythonFunction

    def __init__(
        self, name: str, args: OutboxArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Outbox", name, {}, opts)
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
        self._run_every_minute()
        self.register_outputs({})

    def metric(self, name: str, statistic: str) -> Metric:
        """A metric that the relay publishes."""
        return own_metric(NAMESPACE, name, statistic, component=self._handoff_name)

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` put events into the outbox, and delete those that were accepted."""
        caller.allow(
            f"fill-{self._name}",
            actions=["dynamodb:PutItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )

    def _relay(self, args: OutboxArgs) -> PythonFunction:
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
                        dead_letter_queue_url=args.dead_letter_queue.url,
                        minimum_age_seconds=str(args.relay_minimum_age_seconds),
                    ),
                    **handoff_environment(
                        args.handoff_name,
                        target_arn=args.target.arn,
                        outbox_table_name=self.table.name,
                    ),
                },
            ),
            opts=self._child,
        )
        function.allow(
            "empty-outbox",
            actions=["dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )
        function.allow("hand-off", actions=["lambda:InvokeFunction"], resources=[args.target.arn])
        # What Lambda will never accept becomes a dead letter.
        function.allow(
            "add-and-count-dead-letters",
            actions=["sqs:SendMessage", "sqs:GetQueueAttributes"],
            resources=[args.dead_letter_queue.arn],
        )
        # The next minute is the retry. Without this, runs that Lambda throttled would pile up.
        function.configure_event_invoke(
            f"{self._relay_name}-runs",
            max_retry_attempts=0,
            max_event_age_seconds=60,
            opts=self._child,
        )
        return function

    def _run_every_minute(self) -> None:
        role = aws.iam.Role(
            f"{self._relay_name}-schedule-role",
            assume_role_policy=self._scheduler_may_assume_role(),
            opts=self._child,
        )
        may_run = aws.iam.RolePolicy(
            f"{self._relay_name}-schedule-may-run-relay",
            role=role.name,
            policy=policy(statement(["lambda:InvokeFunction"], resources=[self.relay.arn])),
            opts=self._child,
        )
        aws.scheduler.Schedule(
            f"{self._relay_name}-schedule",
            description="Hands off what is still in the outbox.",
            schedule_expression="rate(1 minute)",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": self.relay.arn,
                "role_arn": role.arn,
                # The next minute is the retry here, too.
                "retry_policy": {"maximum_retry_attempts": 0, "maximum_event_age_in_seconds": 60},
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_run]),
        )

    def _scheduler_may_assume_role(self) -> pulumi.Input[str]:
        # Only for schedules of this account: another's could name the role, too.
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
        return assume_role_policy(
            "scheduler", condition={"StringEquals": {"aws:SourceAccount": caller.account_id}}
        )

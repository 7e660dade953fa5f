"""The relay: every minute it hands off what is still in the outbox."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.iam import assume_role_policy, policy, statement
from pulumi_serverless.blocks.table import Table
from serverless_runtime.handoff.relay.settings import RelaySettings
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.shared.environment import environment_for

CODE = FunctionCode(
    packages=(
        "serverless_runtime.handoff.relay",
        "serverless_runtime.handoff",
        "serverless_runtime.shared",
    )
)

TIMEOUT_SECONDS = 90
"""The relay starts nothing in its last 40 s, so a run with a long backlog works for 50 s. Runs may
overlap: their claims keep them apart."""


@dataclass(frozen=True, kw_only=True)
class RelayArgs:
    """The outbox that the relay empties, and the target."""

    foundation: Foundation

    handoff_name: str
    """Name of the handoff in metrics; unique in the account and region."""

    outbox: Table
    target: PythonFunction
    dead_letter_queue: DeadLetterQueue
    """The queue whose depth the relay publishes in each run."""

    minimum_age_seconds: int
    """Age from which the relay takes an event over; until then its caller hands it off."""


class Relay(pulumi.ComponentResource):
    """One function with its schedule."""

    function: PythonFunction

    def __init__(
        self, name: str, args: RelayArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Relay", name, {}, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self.function = self._function(args)
        # The next minute is the retry. Without this, runs that Lambda throttled would pile up.
        self.function.configure_event_invoke(
            f"{name}-runs", max_retry_attempts=0, max_event_age_seconds=60, opts=self._child
        )
        self._run_every_minute()
        self.register_outputs({})

    def _function(self, args: RelayArgs) -> PythonFunction:
        function = PythonFunction(
            self._name,
            PythonFunctionArgs(
                handler="serverless_runtime.handoff.relay.handler.handle",
                code=CODE,
                foundation=args.foundation,
                timeout_seconds=TIMEOUT_SECONDS,
                environment={
                    **environment_for(
                        RelaySettings,
                        handoff_name=args.handoff_name,
                        dead_letter_queue_url=args.dead_letter_queue.url,
                        minimum_age_seconds=str(args.minimum_age_seconds),
                    ),
                    **environment_for(
                        HandoffSettings,
                        handoff_target_arn=args.target.arn,
                        handoff_outbox_table_name=args.outbox.name,
                    ),
                },
            ),
            opts=self._child,
        )
        function.allow(
            "empty-outbox",
            actions=["dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            resources=[args.outbox.arn],
        )
        function.allow("hand-off", actions=["lambda:InvokeFunction"], resources=[args.target.arn])
        function.allow(
            "count-dead-letters",
            actions=["sqs:GetQueueAttributes"],
            resources=[args.dead_letter_queue.arn],
        )
        return function

    def _run_every_minute(self) -> None:
        role = aws.iam.Role(
            f"{self._name}-schedule-role",
            assume_role_policy=self._scheduler_may_assume_role(),
            opts=self._child,
        )
        may_run = aws.iam.RolePolicy(
            f"{self._name}-schedule-may-run-relay",
            role=role.name,
            policy=policy(statement(["lambda:InvokeFunction"], resources=[self.function.arn])),
            opts=self._child,
        )
        aws.scheduler.Schedule(
            f"{self._name}-schedule",
            description="Hands off what is still in the outbox.",
            schedule_expression="rate(1 minute)",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": self.function.arn,
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

"""The handoff: one function hands work to another and does not wait for it.

caller --async invoke--> target --after the last failed attempt--> dead-letter queue --> alarm
   └─ outbox: what Lambda has not accepted yet --relay, every minute--> target
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi

from pulumi_serverless.blocks.argument_checks import require_at_most
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.blocks.existing_function import ExistingFunction
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.lambda_function import (
    EventAgeSeconds,
    LambdaFunction,
    RetryAttempts,
)
from pulumi_serverless.blocks.monitoring.alarm import (
    Alarm,
    CompositeAlarm,
    CompositeAlarmArgs,
    make_alarms,
)
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.dead_letter_alarms import dead_letter_alarms
from pulumi_serverless.handoff.alarms.outbox_alarms import outbox_alarms
from pulumi_serverless.handoff.alarms.target_alarms import target_alarms
from pulumi_serverless.handoff.alarms.thresholds import HandoffThresholds
from pulumi_serverless.handoff.dashboard import dead_letter_row, outbox_row, target_row
from pulumi_serverless.handoff.outbox import Outbox, OutboxArgs, RelayMinimumAge
from serverless_runtime.handoff.settings import handoff_environment

# Lambda's first retry comes about a minute after the failure. A target that has finished (or was
# killed) before then never runs beside its own retry.
MAX_TARGET_TIMEOUT_SECONDS = 50

CALLER_CODE = FunctionCode(packages=("serverless_runtime.handoff", "serverless_runtime.shared"))

Delivery = Literal["outbox", "direct"]
_NO_OUTBOX = '{0} must be left out with delivery="direct", which has no outbox, got {1}'


@dataclass(frozen=True, kw_only=True)
class AsyncHandoffArgs(Arguments):
    """Delivery settings of one handoff."""

    foundation: Foundation
    """What the relay runs on, how outbox and dead letters are kept, and whom alarms notify."""

    target: PythonFunction | ExistingFunction
    """Function that does the work; it may receive an event more than once. Its timeout is at most
    50 s."""

    delivery: Delivery = "outbox"
    """How an event survives a failed invoke, or a caller that crashes before it.

    "outbox": a caller stores the event in one transaction with its own write, and a relay hands it
    off if the caller could not. "direct" is best effort: such an event is logged and lost. It saves
    3 write units an event, and the outbox's table, function, schedule and alarm.
    """

    relay_minimum_age_seconds: RelayMinimumAge = 45
    """Age from which the relay takes an event over, 30 to 60. A caller has finished by then: from
    commit to deletion it takes 26 s at worst, with all the SDK's retries."""

    thresholds: HandoffThresholds = field(default_factory=HandoffThresholds)
    """Alarm thresholds."""

    max_retry_attempts: RetryAttempts = 2
    """Retries after the first failure, 0 to 2."""

    max_event_age_seconds: EventAgeSeconds = 21_600
    """Age at which an undelivered event is dead-lettered, 60 to 21600."""

    dead_letter_queue: DeadLetterQueue | None = None
    """Where failed events wait; left out, the handoff creates its own queue. A target that
    writes dead letters itself shares one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.thresholds.event_age_within(self.max_event_age_seconds)
        if self.delivery == "direct":
            self._require_no_outbox_settings()
        require_at_most(
            f"timeout_seconds of the target {self.target.logical_name}",
            self.target.timeout_seconds,
            MAX_TARGET_TIMEOUT_SECONDS,
        )

    def _require_no_outbox_settings(self) -> None:
        age = self.thresholds.outbox_age_seconds
        if age != HandoffThresholds.outbox_age_seconds:
            raise ValueError(_NO_OUTBOX.format("thresholds.outbox_age_seconds", age))
        age = self.relay_minimum_age_seconds
        if age != AsyncHandoffArgs.relay_minimum_age_seconds:
            raise ValueError(_NO_OUTBOX.format("relay_minimum_age_seconds", age))


class AsyncHandoff(Component):
    """Asynchronous delivery from any number of callers to one target."""

    environment: Mapping[str, pulumi.Output[str]]
    """What a caller's environment needs; serverless_runtime.handoff reads it. The names of the
    variables contain the handoff's, so a caller of several merges theirs."""

    runtime_class: str
    """What a caller's code calls to hand off."""

    code: FunctionCode
    """What a caller's bundle needs for that."""

    outbox: Outbox | None
    """What Lambda has not accepted yet; None if delivery is direct."""

    dead_letter_queue: DeadLetterQueue
    """Where failed events wait for replay."""

    alarms: list[Alarm | CompositeAlarm]
    """Every alarm of the handoff; the composite alarm is last."""

    functions: list[PythonFunction]
    """The relay; none if delivery is direct."""

    def __init__(
        self, name: str, args: AsyncHandoffArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:AsyncHandoff", name, args, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.dead_letter_queue = args.dead_letter_queue or DeadLetterQueue(
            f"{name}-dead-letters",
            DeadLetterQueueArgs(foundation=args.foundation),
            opts=self._child,
        )
        # Lambda writes the failure record with the target's own role, and checks that the role
        # may do so when the destination is set: the policy comes first.
        may_dead_letter = self.dead_letter_queue.allow_sender(args.target)
        args.target.configure_event_invoke(
            f"{name}-delivery",
            max_retry_attempts=args.max_retry_attempts,
            max_event_age_seconds=args.max_event_age_seconds,
            on_failure_arn=self.dead_letter_queue.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_dead_letter]),
        )
        self.outbox = self._outbox() if args.delivery == "outbox" else None
        self.functions = [] if self.outbox is None else [self.outbox.relay]
        self.environment = self._environment()
        self.runtime_class = "serverless_runtime.handoff.Handoff"
        self.code = CALLER_CODE
        self.alarms = self._alarms()
        self.register_outputs({"dead_letter_queue_url": self.dead_letter_queue.url})

    def allow_caller(self, caller: LambdaFunction) -> None:
        """Let `caller` hand work to the target and keep it in the outbox, and nothing else.

        ValueError unless its environment contains `environment`, by which its code knows the
        target.
        """
        caller.require_environment(self._name, self.environment)
        caller.allow(
            f"hand-off-{self._name}",
            actions=["lambda:InvokeFunction"],
            resources=[self._args.target.arn],
        )
        if self.outbox is not None:
            self.outbox.allow_caller(caller)

    def dashboard_rows(self) -> list[DashboardRow]:
        """The outbox and its relay, the target, and the dead letters."""
        rows = [] if self.outbox is None else [outbox_row(f"Handoff {self._name}", self.outbox)]
        target = self._args.target
        return [
            *rows,
            target_row(self._name, target),
            dead_letter_row(self._name, self.dead_letter_queue, target, self.outbox),
        ]

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters and its outbox are."""
        dead_letters = {
            "kind": "invocation",
            "queueUrl": self.dead_letter_queue.url,
            "targetArn": self._args.target.arn,
        }
        sections: dict[str, dict[str, Any]] = {"deadLetters": {self._name: dead_letters}}
        if self.outbox is not None:
            sections["outboxes"] = {self._name: self.outbox.operations()}
        return sections

    def _environment(self) -> dict[str, pulumi.Output[str]]:
        settings = {"target_arn": self._args.target.arn}
        if self.outbox is not None:
            settings["outbox_table_name"] = self.outbox.table.name
        return handoff_environment(self._name, **settings)

    def _alarms(self) -> list[Alarm | CompositeAlarm]:
        name, args, foundation = self._name, self._args, self._args.foundation
        declared = [
            *dead_letter_alarms(
                f"the handoff {name}",
                self.dead_letter_queue,
                thresholds=args.thresholds,
                foundation=foundation,
            ),
            *target_alarms(
                name,
                target=args.target,
                max_event_age_seconds=args.max_event_age_seconds,
                thresholds=args.thresholds,
                foundation=foundation,
            ),
        ]
        if self.outbox is not None:
            declared += outbox_alarms(
                f"the handoff {name}",
                self.outbox,
                thresholds=args.thresholds,
                foundation=foundation,
            )
        alarms = make_alarms(name, declared, self._child)
        unhealthy = CompositeAlarmArgs(
            id="handoff-unhealthy",
            description=f"At least one alarm of the handoff {name} is firing. Each of them "
            "notifies by itself.",
            alarms=alarms,
            foundation=foundation,
        )
        return [*alarms, CompositeAlarm(f"{name}-{unhealthy.id}", unhealthy, opts=self._child)]

    def _outbox(self) -> Outbox:
        target = self._args.target
        return Outbox(
            f"{self._name}-outbox",
            OutboxArgs(
                foundation=self._args.foundation,
                handoff_name=self._name,
                target={"target_arn": target.arn},
                allow_target=lambda relay: relay.allow(
                    "hand-off", actions=["lambda:InvokeFunction"], resources=[target.arn]
                ),
                dead_letter_queue=self.dead_letter_queue,
                relay_minimum_age_seconds=self._args.relay_minimum_age_seconds,
            ),
            opts=self._child,
        )

"""The handoff: one function gives work to another and does not wait for it.

caller --async invoke--> target --after the last failed attempt--> dead-letter queue --> alarm
   └─ outbox: what Lambda has not accepted yet --relay, every minute--> target
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.limits import require_between, require_one_of
from pulumi_serverless.blocks.monitoring.alarm import Alarm, SummaryAlarm
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.runtime import Runtime
from pulumi_serverless.handoff.dead_letter_alarms import dead_letter_alarms
from pulumi_serverless.handoff.outbox import Outbox, OutboxArgs
from pulumi_serverless.handoff.target_alarms import target_alarms
from pulumi_serverless.handoff.thresholds import HandoffThresholds
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.shared.environment import environment_for

# Lambda's first retry comes about a minute after the failure. A target that is done (or killed)
# before then never runs beside its own retry.
MAX_TARGET_TIMEOUT_SECONDS = 50

Delivery = Literal["outbox", "direct"]


@dataclass(frozen=True, kw_only=True)
class AsyncHandoffArgs:
    """Delivery settings of one handoff."""

    target: PythonFunction
    """Function that does the work; it may see one event more than once. Times out by 50 s."""

    alarm_topic_arn: pulumi.Input[str]
    """Topic that the handoff's alarms report to."""

    delivery: Delivery = "outbox"
    """How an event outlives an invoke that fails, or a caller that dies before it.

    "outbox": a caller stores the event in one transaction with its own write, and a relay hands it
    off if the caller could not. "direct" is best effort: such an event is logged and lost. It saves
    3 write units an event, and the outbox's table, function, schedule and alarm.
    """

    relay_minimum_age_seconds: int = 45
    """Age from which the relay takes an event over, 30 to 60. A caller is done by then: from commit
    to deletion it takes 26 s at the worst, as patient as the SDK is."""

    thresholds: HandoffThresholds = field(default_factory=HandoffThresholds)
    """From when on the alarms go off."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the relay runs on."""

    protect_data: bool = True
    """Keep point-in-time recovery of the outbox, and refuse to delete its table."""

    max_retry_attempts: int = 2
    """Retries after the first failure, 0 to 2."""

    max_event_age_seconds: int = 21_600
    """Age at which an undelivered event is dead-lettered, 60 to 21600."""

    dead_letter_queue: DeadLetterQueueArgs | DeadLetterQueue = field(
        default_factory=DeadLetterQueueArgs
    )
    """How the dead letters are kept; or the queue, if the target writes dead letters of its own."""

    def __post_init__(self) -> None:
        require_one_of("delivery", self.delivery, get_args(Delivery))
        require_between("relay_minimum_age_seconds", self.relay_minimum_age_seconds, 30, 60)
        require_between("max_retry_attempts", self.max_retry_attempts, 0, 2)
        require_between("max_event_age_seconds", self.max_event_age_seconds, 60, 21_600)
        self.thresholds.event_age_within(self.max_event_age_seconds)
        require_between(
            f"timeout_seconds of the target {self.target.logical_name}",
            self.target.timeout_seconds,
            1,
            MAX_TARGET_TIMEOUT_SECONDS,
        )


class AsyncHandoff(pulumi.ComponentResource):
    """Asynchronous delivery from any number of callers to one target."""

    environment: Mapping[str, pulumi.Output[str]]
    """What a caller's environment needs; serverless_runtime.handoff reads it."""

    outbox: Outbox | None
    """What Lambda has not accepted yet; None if delivery is direct."""

    dead_letter_queue: DeadLetterQueue
    """Where failed events wait for replay."""

    dead_letter_queue_url: pulumi.Output[str]

    alarms: list[Alarm]
    """Every alarm that people are told of."""

    summary: SummaryAlarm
    """In alarm while any of them is."""

    alarm_names: dict[str, pulumi.Output[str]]
    """The names of all of these in AWS, by their short names."""

    def __init__(
        self, name: str, args: AsyncHandoffArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args.target.receive_handoff(name)
        super().__init__("serverless:index:AsyncHandoff", name, {}, opts)
        self._target = args.target
        dead_letters = args.dead_letter_queue
        if isinstance(dead_letters, DeadLetterQueueArgs):
            dead_letters = DeadLetterQueue(
                f"{name}-dead-letters", dead_letters, opts=pulumi.ResourceOptions(parent=self)
            )
        # Lambda writes the failure record with the target's own role, and checks that the role
        # may do so when the destination is set: the policy comes first.
        may_dead_letter = dead_letters.allow_writer(args.target)
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-delivery",
            function_name=args.target.name,
            maximum_retry_attempts=args.max_retry_attempts,
            maximum_event_age_in_seconds=args.max_event_age_seconds,
            destination_config={"on_failure": {"destination": dead_letters.arn}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_dead_letter]),
        )
        self.alarms = self._alarms(name, args, dead_letters)
        outbox_setting: dict[str, pulumi.Output[str]] = {}
        self.outbox = None
        if args.delivery == "outbox":
            self.outbox = self._outbox(name, args, dead_letters)
            self.alarms += self.outbox.alarms
            outbox_setting["handoff_outbox_table_name"] = self.outbox.table.name

        self.environment = environment_for(
            HandoffSettings, handoff_target_arn=args.target.arn, **outbox_setting
        )
        self.dead_letter_queue = dead_letters
        self.dead_letter_queue_url = dead_letters.url
        self.summary = SummaryAlarm(
            f"{name}-unhealthy",
            AlarmKind.HANDOFF_UNHEALTHY,
            f"At least one alarm of the handoff {name} is in alarm. Each tells people itself.",
            self.alarms,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.alarm_names = {each.kind.value: each.name for each in self.alarms}
        self.alarm_names[self.summary.kind.value] = self.summary.name
        self.register_outputs(
            {
                "dead_letter_queue_url": self.dead_letter_queue_url,
                "alarm_names": self.alarm_names,
            }
        )

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` hand work to the target and keep it in the outbox, and nothing else.

        Its environment must hold `environment`, so that its code knows where to.
        """
        caller.allow("hand-off", actions=["lambda:InvokeFunction"], resources=[self._target.arn])
        if self.outbox is not None:
            self.outbox.allow_caller(caller)

    def _alarms(
        self, name: str, args: AsyncHandoffArgs, dead_letters: DeadLetterQueue
    ) -> list[Alarm]:
        child = pulumi.ResourceOptions(parent=self)
        return [
            *dead_letter_alarms(
                name,
                queue=dead_letters,
                target=args.target,
                thresholds=args.thresholds,
                topic_arn=args.alarm_topic_arn,
                opts=child,
            ),
            *target_alarms(
                name,
                target=args.target,
                max_event_age_seconds=args.max_event_age_seconds,
                thresholds=args.thresholds,
                topic_arn=args.alarm_topic_arn,
                opts=child,
            ),
        ]

    def _outbox(self, name: str, args: AsyncHandoffArgs, dead_letters: DeadLetterQueue) -> Outbox:
        return Outbox(
            f"{name}-outbox",
            OutboxArgs(
                handoff_name=name,
                target=args.target,
                dead_letter_queue=dead_letters,
                relay_minimum_age_seconds=args.relay_minimum_age_seconds,
                thresholds=args.thresholds,
                alarm_topic_arn=args.alarm_topic_arn,
                runtime=args.runtime,
                protect_data=args.protect_data,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

"""The handoff: one function gives work to another and does not wait for it.

caller --async invoke--> target --after the last failed attempt--> dead-letter queue --> alarm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.blocks.alarm import Alarm, AlarmArgs
from components.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.blocks.function import PythonFunction
from components.blocks.limits import require_between
from lambdas.handoff.settings import HandoffSettings
from lambdas.shared.environment import environment_for

# Lambda's first retry comes about a minute after the failure. A target that is done (or killed)
# before then never runs beside its own retry.
MAX_TARGET_TIMEOUT_SECONDS = 50


@dataclass(frozen=True, kw_only=True)
class AsyncHandoffArgs:
    """Delivery settings of one handoff."""

    target: PythonFunction
    """Function that does the work; it may see one event more than once. Times out by 50 s."""

    alarm_topic_arn: pulumi.Input[str]
    """Topic that the handoff's alarms report to."""

    max_retry_attempts: int = 2
    """Retries after the first failure, 0 to 2."""

    max_event_age_seconds: int = 21_600
    """Age at which an undelivered event is dead-lettered, 60 to 21600."""

    dead_letter_queue: DeadLetterQueueArgs = field(default_factory=DeadLetterQueueArgs)
    """How the dead letters are kept."""

    dead_letter_alarm_period_seconds: int = 60
    """Seconds per datapoint of the alarm on the queue's depth; SQS publishes one a minute."""

    def __post_init__(self) -> None:
        require_between("max_retry_attempts", self.max_retry_attempts, 0, 2)
        require_between("max_event_age_seconds", self.max_event_age_seconds, 60, 21_600)
        require_between(
            f"timeout_seconds of the target {self.target.logical_name}",
            self.target.timeout_seconds,
            1,
            MAX_TARGET_TIMEOUT_SECONDS,
        )


class AsyncHandoff(pulumi.ComponentResource):
    """Asynchronous delivery from any number of callers to one target."""

    environment: Mapping[str, pulumi.Output[str]]
    """What a caller's environment needs; lambdas.handoff reads it."""

    dead_letter_queue_url: pulumi.Output[str]
    """Where failed events wait for replay."""

    alarm_names: list[pulumi.Output[str]]
    """Every alarm of the handoff."""

    def __init__(
        self, name: str, args: AsyncHandoffArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args.target.receive_handoff(name)
        super().__init__("serverless:index:AsyncHandoff", name, {}, opts)
        self._target = args.target
        dead_letters = DeadLetterQueue(
            f"{name}-dead-letters",
            args.dead_letter_queue,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # Lambda writes the failure record with the target's own role, and checks that the role
        # may do so when the destination is set: the policy comes first.
        may_dead_letter = args.target.allow(
            "dead-letter", actions=["sqs:SendMessage"], resources=[dead_letters.arn]
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-delivery",
            function_name=args.target.name,
            maximum_retry_attempts=args.max_retry_attempts,
            maximum_event_age_in_seconds=args.max_event_age_seconds,
            destination_config={"on_failure": {"destination": dead_letters.arn}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_dead_letter]),
        )
        alarms = self._alarms(name, args, dead_letters)

        self.environment = environment_for(HandoffSettings, handoff_target_arn=args.target.arn)
        self.dead_letter_queue_url = dead_letters.url
        self.alarm_names = [alarm.name for alarm in alarms]
        self.register_outputs(
            {
                "dead_letter_queue_url": self.dead_letter_queue_url,
                "alarm_names": self.alarm_names,
            }
        )

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` hand work to the target, and nothing else.

        Its environment must hold `environment`, so that its code knows where to.
        """
        caller.allow("hand-off", actions=["lambda:InvokeFunction"], resources=[self._target.arn])

    def _alarms(
        self, name: str, args: AsyncHandoffArgs, dead_letters: DeadLetterQueue
    ) -> list[Alarm]:
        child = pulumi.ResourceOptions(parent=self)
        depth = Alarm(
            f"{name}-dead-letter-depth",
            AlarmArgs(
                description=f"Events of the handoff {name} failed for good and wait in its "
                "dead-letter queue. Nothing is lost: mend the cause, then replay them.",
                namespace="AWS/SQS",
                metric_name="ApproximateNumberOfMessagesVisible",
                dimensions={"QueueName": dead_letters.name},
                statistic="Maximum",
                period_seconds=args.dead_letter_alarm_period_seconds,
                topic_arn=args.alarm_topic_arn,
            ),
            opts=child,
        )
        refused = Alarm(
            f"{name}-dead-letter-refused",
            AlarmArgs(
                description=f"Lambda could not write a failed event of the handoff {name} to its "
                "dead-letter queue: the event is lost. See the target's role and the queue.",
                namespace="AWS/Lambda",
                metric_name="DestinationDeliveryFailures",
                dimensions={"FunctionName": args.target.name},
                statistic="Sum",
                topic_arn=args.alarm_topic_arn,
            ),
            opts=child,
        )
        return [depth, refused]

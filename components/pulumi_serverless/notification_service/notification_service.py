"""The Notification Service: the target that tells people about task events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Metric
from pulumi_serverless.blocks.monitoring.table_alarm import throttled_alarm
from pulumi_serverless.blocks.runtime import Runtime
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from serverless_runtime import notification_service
from serverless_runtime.notification_service.metrics import CIRCUIT_BREAKER_OPENED, NAMESPACE
from serverless_runtime.notification_service.settings import BY_TASK, NotificationSettings
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.kinds import require_different_names
from serverless_runtime.shared.environment import environment_for
from serverless_runtime.shared.metrics import STACK, MetricsSettings

CODE = FunctionCode(
    packages=(
        "serverless_runtime.notification_service",
        "serverless_runtime.contracts",
        "serverless_runtime.shared",
    ),
    requirements=Path(notification_service.__file__).with_name("requirements.txt"),
    aws_services=("secretsmanager", "sns", "ssm"),
)

# Below the first retry, which Lambda makes about a minute after a failure.
TIMEOUT_SECONDS = 45


@dataclass(frozen=True, kw_only=True)
class NotificationServiceArgs:
    """Where notifications go, and how the service runs."""

    channels: Sequence[ChannelSettings]
    """At least one, each with a name of its own: EmailSettings, SmsSettings, PushSettings,
    WebhookSettings."""

    dead_letter_queue: DeadLetterQueue
    """Where an event goes that a retry cannot help: the queue of the handoff that delivers here."""

    alarm_topic_arn: pulumi.Input[str]
    """Topic that the service's alarms report to."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the function runs on."""

    protect_data: bool = True
    """Keep point-in-time recovery of the deliveries, and refuse to delete their table."""

    reserved_concurrency: int | None = None
    """Notifications at once that are kept for the service and are its limit; none if not set."""

    def __post_init__(self) -> None:
        if not self.channels:
            raise ValueError("channels must hold at least one channel, got 0")
        require_different_names(self.channels)


class NotificationService(pulumi.ComponentResource):
    """One function, its record of deliveries, and its channels."""

    function: PythonFunction
    """The target of a handoff."""

    table: Table
    """The deliveries, by event id and channel, with an index by task; and the breakers."""

    channels: Sequence[ChannelSettings]
    alarms: list[Alarm]

    def __init__(
        self, name: str, args: NotificationServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:NotificationService", name, {}, opts)
        self._name = name
        self._stack = f"{pulumi.get_project()}-{pulumi.get_stack()}"
        self.channels = args.channels
        channels = self._with_identities(args.channels)
        self.table = Table(
            f"{name}-deliveries",
            TableArgs(
                key=Key(partition="event_id", sort="channel"),
                indexes={BY_TASK: Key(partition="task_id", sort="event_id")},
                protect_data=args.protect_data,
                encryption_key=args.runtime.encryption_key,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.function = PythonFunction(
            f"{name}-send-notification",
            PythonFunctionArgs(
                handler="serverless_runtime.notification_service.handler.handle",
                code=CODE,
                runtime=args.runtime,
                timeout_seconds=TIMEOUT_SECONDS,
                reserved_concurrency=args.reserved_concurrency,
                environment={
                    **environment_for(MetricsSettings, metrics_stack=self._stack),
                    **environment_for(
                        NotificationSettings,
                        deliveries_table_name=self.table.name,
                        dead_letter_queue_url=args.dead_letter_queue.url,
                        channels=json_text([_as_json(ch) for ch in args.channels]),
                    ),
                },
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.function.allow(
            "record-deliveries",
            # Reading is for the breakers.
            actions=["dynamodb:GetItem", "dynamodb:UpdateItem"],
            resources=[self.table.arn],
        )
        args.dead_letter_queue.allow_writer(self.function)
        for channel in channels:
            self._allow(channel)
        self.alarms = self._alarms(args.alarm_topic_arn)
        self.register_outputs({})

    def _alarms(self, topic_arn: pulumi.Input[str]) -> list[Alarm]:
        child = pulumi.ResourceOptions(parent=self)
        throttled = throttled_alarm(
            f"{self._name}-deliveries-throttled",
            AlarmKind.DELIVERIES_THROTTLED,
            self.table,
            what=f"the deliveries of {self._name}",
            topic_arn=topic_arn,
            opts=child,
        )
        breaker_open = AlarmArgs(
            kind=AlarmKind.BREAKER_OPEN,
            description=f"A channel of {self._name} leaves its provider alone, because it failed "
            "five times in a row. Events on this channel are retried, then dead-lettered.",
            watches=Metric(
                namespace=NAMESPACE,
                name=CIRCUIT_BREAKER_OPENED,
                dimensions={STACK: self._stack},
                statistic="Sum",
            ),
            # While the provider is down and events come, a probe fails at least this often.
            period_seconds=300,
            topic_arn=topic_arn,
        )
        own = Alarm(f"{self._name}-{breaker_open.kind}", breaker_open, opts=child)
        return [throttled, own]

    def _with_identities(self, channels: Sequence[ChannelSettings]) -> list[ChannelSettings]:
        """The channels, with an SES identity made for every sender that has none."""
        made: dict[str, pulumi.Output[str]] = {}
        complete: list[ChannelSettings] = []
        for channel in channels:
            if not isinstance(channel, EmailSettings) or channel.sender_identity_arn is not None:
                complete.append(channel)
                continue
            if channel.sender not in made:
                made[channel.sender] = self._identity(channel.sender)
            complete.append(replace(channel, sender_identity_arn=made[channel.sender]))
        return complete

    def _identity(self, sender: str) -> pulumi.Output[str]:
        return aws.sesv2.EmailIdentity(
            f"{self._name}-{sender}",
            email_identity=sender,
            opts=pulumi.ResourceOptions(parent=self),
        ).arn

    def _allow(self, channel: ChannelSettings) -> None:
        for permission in channel.permissions():
            self.function.allow(
                f"{permission.purpose}-for-{channel.name}",
                actions=permission.actions,
                resources=permission.resources,
                not_resources=permission.not_resources,
                condition=permission.condition,
            )


def _as_json(channel: ChannelSettings) -> dict[str, object]:
    values = {each.name: getattr(channel, each.name) for each in fields(channel)}
    return {name: value for name, value in values.items() if value is not None}

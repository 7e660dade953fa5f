"""The Notification Service: the target that tells people about task events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.blocks.bundle import FunctionCode
from components.blocks.dead_letter_queue import DeadLetterQueue
from components.blocks.function import PythonFunction, PythonFunctionArgs, Runtime
from components.blocks.limits import require_one_of
from components.blocks.table import Key, Table, TableArgs
from lambdas import notification_service
from lambdas.notification_service.settings import GUARANTEES, Guarantee, NotificationSettings
from lambdas.shared.environment import environment_for

CODE = FunctionCode(
    packages=("lambdas.notification_service", "lambdas.contracts", "lambdas.shared"),
    requirements=Path(notification_service.__file__).with_name("requirements.txt"),
    aws_services=("dynamodb", "sesv2", "sqs"),
)

# Below the first retry, which Lambda makes about a minute after a failure.
TIMEOUT_SECONDS = 45


@dataclass(frozen=True, kw_only=True)
class EmailChannel:
    """Notifications by e-mail, through SES."""

    sender: str
    """Address that notifications come from."""

    recipients: Sequence[str]
    """Addresses that every notification goes to."""

    sender_identity_arn: pulumi.Input[str] | None = None
    """SES identity that covers the sender; without it the component makes and owns one."""

    guarantee: Guarantee = "at_least_once"
    """What happens when an attempt was killed and nobody knows whether it has sent.

    "at_least_once": it is sent again, perhaps a second time. "at_most_once": it is dead-lettered at
    once, for a person to look, and to replay or purge.
    """

    def __post_init__(self) -> None:
        require_one_of("guarantee", self.guarantee, GUARANTEES)


@dataclass(frozen=True, kw_only=True)
class NotificationServiceArgs:
    """Where notifications go, and how the service runs."""

    channels: Sequence[EmailChannel]
    """One of each kind; e-mail is the only kind yet."""

    dead_letter_queue: DeadLetterQueue
    """Where an event goes that a retry cannot help: the queue of the handoff that delivers here."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the function runs on."""

    protect_data: bool = True
    """Keep point-in-time recovery of the deliveries, and refuse to delete their table."""

    def __post_init__(self) -> None:
        # A delivery is recorded by event id and kind of channel.
        if len(self.channels) != 1:
            raise ValueError(
                f"channels must hold one channel of each kind (email), got {len(self.channels)}"
            )


class NotificationService(pulumi.ComponentResource):
    """One function, its record of deliveries, and its channels."""

    function: PythonFunction
    """The target of a handoff."""

    table: Table
    """The deliveries, by event id and channel."""

    def __init__(
        self, name: str, args: NotificationServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:NotificationService", name, {}, opts)
        self._name = name
        self.table = Table(
            f"{name}-deliveries",
            TableArgs(
                key=Key(partition="event_id", sort="channel"), protect_data=args.protect_data
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.function = PythonFunction(
            f"{name}-send-notification",
            PythonFunctionArgs(
                handler="lambdas.notification_service.handler.handle",
                code=CODE,
                runtime=args.runtime,
                timeout_seconds=TIMEOUT_SECONDS,
                environment=environment_for(
                    NotificationSettings,
                    deliveries_table_name=self.table.name,
                    dead_letter_queue_url=args.dead_letter_queue.url,
                    channels=json.dumps([_channel_settings(each) for each in args.channels]),
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.function.allow(
            "record-deliveries",
            actions=["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            resources=[self.table.arn],
        )
        args.dead_letter_queue.allow_writer(self.function)
        for channel in args.channels:
            self._allow_email(channel)
        self.register_outputs({})

    def _allow_email(self, channel: EmailChannel) -> None:
        identity_arn = channel.sender_identity_arn
        if identity_arn is None:
            identity_arn = aws.sesv2.EmailIdentity(
                f"{self._name}-{channel.sender}",
                email_identity=channel.sender,
                opts=pulumi.ResourceOptions(parent=self),
            ).arn
        self.function.allow(
            f"send-as-{channel.sender}",
            actions=["ses:SendEmail"],
            resources=[identity_arn],
            condition={"StringEquals": {"ses:FromAddress": channel.sender}},
        )


def _channel_settings(channel: EmailChannel) -> dict[str, object]:
    return {
        "kind": "email",
        "sender": channel.sender,
        "recipients": list(channel.recipients),
        "guarantee": channel.guarantee,
    }

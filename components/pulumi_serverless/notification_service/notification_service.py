"""The Notification Service: the target that notifies people of task events."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import AtLeast, Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.metric import metrics_environment
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.circuit_breakers import (
    circuit_breakers_section,
    opened_alarm,
)
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.once import Once, OnceArgs
from pulumi_serverless.blocks.table import Key, Table
from pulumi_serverless.notification_service.dashboard import channels_row
from serverless_runtime.notification_service.log_messages import DEAD_LETTERED, NOT_DELIVERED
from serverless_runtime.notification_service.settings import (
    BY_SUBJECT,
    CIRCUIT_BREAKER_KEY,
    TIMEOUT_SECONDS,
    NotificationSettings,
)
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.kinds import require_different_names
from serverless_runtime.shared.environment import environment_for

CODE = FunctionCode(
    packages=(
        "serverless_runtime.notification_service",
        "serverless_runtime.circuit_breaker",
        "serverless_runtime.once",
        "serverless_runtime.contracts",
        "serverless_runtime.shared",
    )
)

DEAD_LETTER_REASONS = f"""\
fields coalesce(error_type, errorType) as reason
| filter message in ["{DEAD_LETTERED}", "{NOT_DELIVERED}"]
| stats count(*) as times, count_distinct(event_id) as events by message, channel, reason
| sort events desc"""


@dataclass(frozen=True, kw_only=True)
class NotificationServiceArgs(Arguments):
    """Where notifications go, and how the service runs."""

    foundation: Foundation
    """What the function runs on, how deliveries are kept, and whom alarms notify."""

    channels: Annotated[Sequence[ChannelSettings], Size(1, 50)]
    """1 to 50, each with a different name: EmailSettings, SmsSettings, PushSettings,
    WebhookSettings."""

    dead_letter_queue: DeadLetterQueue
    """Queue for events that a retry cannot help: that of the handoff that delivers here."""

    reserved_concurrency: Annotated[int, AtLeast(1)] | None = None
    """Concurrent executions reserved for the service, which are its limit, too, 1 or more; none if
    left out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_different_names(self.channels)


class NotificationService(Component):
    """One function, its record of deliveries, and its channels."""

    function: PythonFunction
    """The target of a handoff."""

    table: Table
    """The deliveries, by event id and channel, with an index by task; and the circuit breakers."""

    channels: Sequence[ChannelSettings]
    """Where notifications go."""

    functions: list[PythonFunction]
    """The target alone."""

    alarms: list[Alarm]
    """Every alarm of the service."""

    def __init__(
        self, name: str, args: NotificationServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:NotificationService", name, args, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self.channels = args.channels
        channels = self._with_identities(args.channels)
        self._once = Once(
            f"{name}-deliveries",
            OnceArgs(
                foundation=args.foundation,
                indexes={BY_SUBJECT: Key(partition="subject", sort="event_id")},
            ),
            opts=self._child,
        )
        self.table = self._once.table
        self.function = self._function(args)
        self.functions = [self.function]
        args.dead_letter_queue.allow_sender(self.function)
        for channel in channels:
            self._allow(channel)
        opened = opened_alarm(
            name,
            f"The circuit breaker of a channel of {name} opened, after five failures in a row: "
            "nothing is sent to its provider for now. Events on this channel are retried, then "
            "dead-lettered.",
            args.foundation,
        )
        self.alarms = [*self._once.alarms, *make_alarms(name, [opened], self._child)]
        self.register_outputs({})

    def dashboard_rows(self) -> list[DashboardRow]:
        """What became of notifications, by channel."""
        return [channels_row(self._name, self.channels)]

    def log_queries(self) -> dict[str, str]:
        """Why notifications were not delivered."""
        return {"dead-letter-reasons": DEAD_LETTER_REASONS}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where the deliveries are recorded, and the circuit breakers of the channels."""
        names = [channel.name for channel in self.channels]
        return {
            "deliveries": {self._name: {"tableName": self.table.name}},
            **circuit_breakers_section(self._name, self.table, names, CIRCUIT_BREAKER_KEY),
        }

    def _function(self, args: NotificationServiceArgs) -> PythonFunction:
        function = PythonFunction(
            f"{self._name}-send-notification",
            PythonFunctionArgs(
                foundation=args.foundation,
                handler="serverless_runtime.notification_service.handler.handle",
                code=CODE,
                timeout_seconds=TIMEOUT_SECONDS,
                reserved_concurrency=args.reserved_concurrency,
                environment={
                    **metrics_environment(self._name),
                    **self._once.environment,
                    **environment_for(
                        NotificationSettings,
                        dead_letter_queue_url=args.dead_letter_queue.url,
                        # People's addresses, and URLs that anyone who knows them can post to.
                        channels=pulumi.Output.secret(
                            json_text([_as_json(channel) for channel in args.channels])
                        ),
                    ),
                },
            ),
            opts=self._child,
        )
        self._once.allow(function)
        # Circuit breakers are read before each call of a provider.
        function.allow(
            "read-circuit-breakers", actions=["dynamodb:GetItem"], resources=[self.table.arn]
        )
        return function

    def _with_identities(self, channels: Sequence[ChannelSettings]) -> list[ChannelSettings]:
        """The channels, with an SES identity created for every sender that has none."""
        created: dict[str, pulumi.Output[str]] = {}
        complete: list[ChannelSettings] = []
        for channel in channels:
            if not isinstance(channel, EmailSettings) or channel.sender_identity_arn is not None:
                complete.append(channel)
                continue
            if channel.sender not in created:
                created[channel.sender] = self._identity(channel.sender)
            complete.append(replace(channel, sender_identity_arn=created[channel.sender]))
        return complete

    def _identity(self, sender: str) -> pulumi.Output[str]:
        # Names are in plain text in the state, and an address is a person's.
        digest = hashlib.sha256(sender.encode()).hexdigest()[:8]
        return aws.sesv2.EmailIdentity(
            f"{self._name}-sender-{digest}", email_identity=sender, opts=self._child
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

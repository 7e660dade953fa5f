"""Pulumi.<stack>.yaml as a typed, checked model. A wrong or unknown key stops the preview."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from pulumi_serverless import (
    AUTH_KINDS,
    CHANNEL_KINDS,
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    ApiAuth,
    AsyncHandoffArgs,
    ChannelSettings,
    DeadLetterQueueArgs,
    EncryptionKey,
    Foundation,
    HandoffThresholds,
    Runtime,
    Subscriber,
)
from pulumi_serverless.blocks.argument_checks import (
    AtLeast,
    Distinct,
    EmailAddress,
    Matches,
    Size,
)
from pulumi_serverless.blocks.arguments import Arguments, SameAs, annotations_of
from pulumi_serverless.blocks.foundation import (
    BUILDER_PYTHON,
    BUILDER_PYTHON_EXAMPLE,
    Architecture,
)
from pulumi_serverless.blocks.secret_settings import is_secret
from serverless_runtime.notification_service.settings.kinds import require_different_names
from stack_file import Reader, decoded, to_camel

_AUTH = (
    "set who may call the API, auth: {kind: jwt, issuer, audiences}, {kind: iam}, "
    "or {kind: none} for everyone"
)
_HINTS = {"api": _AUTH, "api.auth": _AUTH}


@dataclass(frozen=True, kw_only=True)
class StackConfig(Arguments):
    """Everything that differs between stacks. Defaults are in Pulumi.yaml, limits with what the
    settings are passed to."""

    architecture: Architecture
    api: ApiAccess
    memory_mb: Annotated[int, SameAs(Runtime, "memory_mb")]
    log_retention_days: Annotated[int, SameAs(Runtime, "log_retention_days")]
    bytecode_python: Annotated[
        str, Matches(f"none|{BUILDER_PYTHON}", f"none, or {BUILDER_PYTHON_EXAMPLE}")
    ]
    encryption: Literal["aws", "customer"]
    protect_data: bool
    alarm_emails: Annotated[Sequence[Annotated[str, EmailAddress()]], Distinct()]
    alarm_subscribers: Annotated[Sequence[Subscriber], Distinct()]
    require_alarm_subscriber: bool
    runbook_url: str
    channels: Annotated[Sequence[ChannelSettings], Size(1, 50)]
    max_retry_attempts: Annotated[int, SameAs(AsyncHandoffArgs, "max_retry_attempts")]
    max_event_age_seconds: Annotated[int, SameAs(AsyncHandoffArgs, "max_event_age_seconds")]
    relay_minimum_age_seconds: Annotated[int, SameAs(AsyncHandoffArgs, "relay_minimum_age_seconds")]
    outbox_age_seconds: Annotated[int, SameAs(HandoffThresholds, "outbox_age_seconds")]
    dead_letter_retention_days: Annotated[int, SameAs(DeadLetterQueueArgs, "retention_days")]
    notification_reserved_concurrency: Annotated[int, AtLeast(0)]

    def __post_init__(self) -> None:
        super().__post_init__()
        require_different_names(self.channels)
        try:
            self.alarm_topic()
        except ValueError as error:
            raise ValueError(f"{error}; set alarmEmails or alarmSubscribers") from None

    def foundation(self, alarms: AlarmTopic, key: EncryptionKey | None) -> Foundation:
        """What all components share."""
        return Foundation(
            alarm_topic_arn=alarms.arn,
            runtime=Runtime(
                architecture=self.architecture,
                memory_mb=self.memory_mb,
                log_retention_days=self.log_retention_days,
                bytecode_python=None if self.bytecode_python == "none" else self.bytecode_python,
            ),
            protect_data=self.protect_data,
            encryption_key=key,
            runbook_url=self.runbook_url,
        )

    def alarm_topic(self, key: EncryptionKey | None = None) -> AlarmTopicArgs:
        """Who is notified of alarms; `key` encrypts the messages."""
        people = [Subscriber(protocol="email", endpoint=each) for each in self.alarm_emails]
        return AlarmTopicArgs(
            subscribers=[*people, *self.alarm_subscribers],
            require_subscriber=self.require_alarm_subscriber,
            encryption_key=key,
        )

    @property
    def handoff_thresholds(self) -> HandoffThresholds:
        """Alarm thresholds of the handoff."""
        return HandoffThresholds(outbox_age_seconds=self.outbox_age_seconds)

    @classmethod
    def load(cls) -> StackConfig:
        """The running stack's configuration; pulumi.RunError names every key that is wrong."""
        reader = Reader(kinds={ApiAuth: AUTH_KINDS, ChannelSettings: CHANNEL_KINDS}, hints=_HINTS)
        config = reader.section(cls, _project_values())
        if config is None:
            prefix = f"{pulumi.get_project()}:"
            problems = [f"{prefix}{_without_secret(each)}" for each in reader.problems]
            raise pulumi.RunError(
                f"Pulumi.{pulumi.get_stack()}.yaml cannot be used:\n  " + "\n  ".join(problems)
            )
        return config


def _project_values() -> dict[str, object]:
    # The engine hands the values over in one environment variable, a test sets them in CONFIG.
    values = {**get_config_env(), **CONFIG.get()}
    prefix = f"{pulumi.get_project()}:"
    annotations = {to_camel(name): each for name, each in annotations_of(StackConfig).items()}
    return {
        name: decoded(text, annotations.get(name))
        for key, text in values.items()
        if key.startswith(prefix) and (name := key.removeprefix(prefix))
    }


def _without_secret(problem: str) -> str:
    """A problem, without the value if its setting is secret."""
    setting = re.split(r"[ .\[:]", problem, maxsplit=1)[0]
    if not is_secret(f"{pulumi.get_project()}:{setting}"):
        return problem
    what, separator, _ = problem.rpartition(", got ")
    return f"{what}, got a secret" if separator else problem

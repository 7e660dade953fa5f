"""Pulumi.<stack>.yaml as a typed, checked model. A wrong or unknown key stops the preview."""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from pulumi_serverless import (
    AUTH_KINDS,
    CHANNEL_KINDS,
    LOG_RETENTION_DAYS,
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    ChannelSettings,
    EncryptionKey,
    Foundation,
    HandoffThresholds,
    Runtime,
    Subscriber,
)

LogRetentionDays = Literal[LOG_RETENTION_DAYS]  # type: ignore[valid-type]


_SECTION = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


def _one_of(kinds: Mapping[str, type[Any]]) -> Any:
    """One of the classes that the components use, checked, with the names of YAML files."""
    checked = [dataclass(kind, config=_SECTION) for kind in kinds.values()]
    by_kind = functools.reduce(operator.or_, checked)
    plain = AfterValidator(lambda section: kinds[section.kind](**_values(section)))
    return Annotated[by_kind, Field(discriminator="kind"), plain]


def _values(section: Any) -> dict[str, Any]:
    return {each.name: getattr(section, each.name) for each in fields(section)}


if TYPE_CHECKING:
    AlarmSubscriber = Subscriber
    Api = ApiAccess
    Channel = ChannelSettings
else:
    Channel = _one_of(CHANNEL_KINDS)

    @dataclass(config=_SECTION, kw_only=True)
    class _Api(ApiAccess):
        auth: _one_of(AUTH_KINDS)

    Api = Annotated[_Api, AfterValidator(lambda section: ApiAccess(**_values(section)))]
    AlarmSubscriber = Annotated[
        dataclass(Subscriber, config=_SECTION),
        AfterValidator(lambda section: Subscriber(**_values(section))),
    ]


class StackConfig(BaseModel):
    """Everything that differs between stacks. Defaults are in Pulumi.yaml."""

    model_config = _SECTION

    architecture: Literal["arm64", "x86_64"]
    api: Api
    memory_mb: Annotated[int, Field(ge=128, le=10_240)]
    log_retention_days: LogRetentionDays
    encryption: Literal["aws", "customer"]
    protect_data: bool
    alarm_emails: list[EmailStr]
    alarm_subscribers: list[AlarmSubscriber]
    require_alarm_subscriber: bool
    runbook_url: Annotated[str, Field(min_length=1)]
    channels: Annotated[list[Channel], Field(min_length=1)]
    max_retry_attempts: Annotated[int, Field(ge=0, le=2)]
    max_event_age_seconds: Annotated[int, Field(ge=60, le=21_600)]
    relay_minimum_age_seconds: Annotated[int, Field(ge=30, le=60)]
    outbox_age_seconds: Annotated[int, Field(ge=120, le=86_400)]
    dead_letter_retention_days: Annotated[int, Field(ge=1, le=14)]
    notification_reserved_concurrency: Annotated[int, Field(ge=0)]

    def foundation(self, alarms: AlarmTopic, key: EncryptionKey | None) -> Foundation:
        """What all components share."""
        return Foundation(
            alarm_topic_arn=alarms.arn,
            runtime=Runtime(
                architecture=self.architecture,
                memory_mb=self.memory_mb,
                log_retention_days=self.log_retention_days,
            ),
            protect_data=self.protect_data,
            encryption_key=key,
            runbook_url=self.runbook_url,
        )

    @model_validator(mode="after")
    def _alarms_have_a_subscriber(self) -> Self:
        try:
            self.alarm_topic()
        except ValueError as error:
            raise ValueError(f"{error}; set alarmEmails or alarmSubscribers") from None
        return self

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
        project = pulumi.get_project()
        try:
            return cls.model_validate(_project_values(project))
        except ValidationError as error:
            problems = [_explain(project, problem) for problem in error.errors()]
            raise pulumi.RunError(
                f"Pulumi.{pulumi.get_stack()}.yaml cannot be used:\n  " + "\n  ".join(problems)
            ) from None


def _project_values(project: str) -> dict[str, Any]:
    # The engine hands the values over in one environment variable, a test sets them in CONFIG.
    values = {**get_config_env(), **CONFIG.get()}
    prefix = f"{project}:"
    return {
        key.removeprefix(prefix): _decode(text)
        for key, text in values.items()
        if key.startswith(prefix)
    }


def _decode(text: str) -> Any:
    """Numbers, booleans, lists and objects arrive as JSON; plain text arrives as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _explain(project: str, problem: ErrorDetails) -> str:
    if not problem["loc"]:
        # A check of several settings together, whose text names them.
        return str(problem["ctx"]["error"])
    key, *path = problem["loc"]
    where = f"{project}:{key}" + "".join(f"[{part!r}]" for part in path)
    if problem["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        names = ", ".join(sorted(_settings_beside(str(key), path)))
        return f"{where} is not a setting; the settings are {names}"
    if problem["type"] == "missing" and problem["loc"] in (("api",), ("api", "auth")):
        return (
            f"{where} is missing; set who may call the API, auth: {{kind: jwt, issuer, audiences}},"
            " {kind: iam}, or {kind: none} for everyone"
        )
    if problem["type"] == "missing":
        return f"{where} is missing; set it in the stack's file"
    if own := problem.get("ctx", {}).get("error"):
        # One of our own checks, whose message includes the value.
        return f"{where}: {own}"
    return f"{where}: {problem['msg']}, got {problem['input']!r}"


def _settings_beside(key: str, path: list[int | str]) -> list[str]:
    if not path:
        return [str(field.alias) for field in StackConfig.model_fields.values()]
    if key == "alarmSubscribers":
        return [field.name for field in fields(Subscriber)]
    # A channel: its number, its kind, and the key that no channel of the kind has. The API's auth
    # likewise; what is beside it has no kind.
    kinds: Mapping[str, type[Any]] = CHANNEL_KINDS if key == "channels" else AUTH_KINDS
    section = ApiAccess if len(path) == 1 else kinds[str(path[1])]
    return [to_camel(field.name) for field in fields(section)]

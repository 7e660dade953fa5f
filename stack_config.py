"""Pulumi.<stack>.yaml as a typed, checked model. A wrong or unknown key stops the preview."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import BaseModel, ConfigDict, EmailStr, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from components.blocks.function import LOG_RETENTION_DAYS
from lambdas.notification_service.settings import Guarantee

LogRetentionDays = Literal[LOG_RETENTION_DAYS]  # type: ignore[valid-type]


class _Section(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class EmailChannelConfig(_Section):
    """One e-mail channel of the Notification Service."""

    kind: Literal["email"]

    sender: EmailStr
    """Address that notifications come from."""

    recipients: Annotated[list[EmailStr], Field(min_length=1, max_length=50)]
    """Addresses that every notification goes to; SES takes 50 a message."""

    sender_identity_arn: str | None = None
    """SES identity that covers the sender; without it the stack makes and owns one."""

    guarantee: Guarantee = "at_least_once"
    """What happens when nobody knows whether an attempt has sent: again, or left to a person."""


class StackConfig(_Section):
    """Everything that differs between stacks. Defaults stand in Pulumi.yaml."""

    architecture: Literal["arm64", "x86_64"]
    bundle_for: Literal["lambda", "host"]
    log_retention_days: LogRetentionDays
    protect_data: bool
    alarm_emails: list[EmailStr]
    channels: Annotated[list[EmailChannelConfig], Field(min_length=1, max_length=1)]
    max_retry_attempts: Annotated[int, Field(ge=0, le=2)]
    max_event_age_seconds: Annotated[int, Field(ge=60, le=21_600)]
    relay_minimum_age_seconds: Annotated[int, Field(ge=30, le=60)]
    outbox_alarm_age_seconds: Annotated[int, Field(ge=120, le=86_400)]
    outbox_alarm_warm_up_minutes: Annotated[int, Field(ge=0, le=60)]
    dead_letter_retention_days: Annotated[int, Field(ge=1, le=14)]
    dead_letter_alarm_period_seconds: Annotated[int, Field(ge=10)]

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
    key, *path = problem["loc"]
    where = f"{project}:{key}" + "".join(f"[{part!r}]" for part in path)
    if problem["type"] == "extra_forbidden":
        known = EmailChannelConfig if path else StackConfig
        names = ", ".join(sorted(str(field.alias) for field in known.model_fields.values()))
        return f"{where} is not a setting; the settings are {names}"
    if problem["type"] == "missing":
        return f"{where} is missing; set it in the stack's file"
    return f"{where}: {problem['msg']}, got {problem['input']!r}"

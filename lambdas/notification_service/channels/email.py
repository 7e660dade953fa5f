"""Notifications by e-mail, through Amazon SES."""

from __future__ import annotations

import unicodedata
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from lambdas.contracts.event_types import EventType
from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
    UnknownOutcomeError,
)
from lambdas.notification_service.channels.ses_refusals import is_permanent
from lambdas.notification_service.settings.email import EmailSettings
from lambdas.shared import aws
from lambdas.shared.masking import masked

_MAX_SUBJECT = 120
_SERVER_ERROR = 500

_HAPPENED: dict[EventType, str] = {
    "task.created.v1": "Task created",
    "task.completed.v1": "Task completed",
    "task.deleted.v1": "Task deleted",
}


def channels(settings: EmailSettings, client: Any = None) -> list[ConfiguredChannel]:
    """Return the one channel that writes to all recipients."""
    return [
        ConfiguredChannel(
            settings=settings,
            name=settings.name,
            sent_to=masked(", ".join(settings.recipients)),
            sender=EmailSender(settings, client or aws.client("sesv2")),
        )
    ]


class EmailSender:
    """One plain text message to all recipients, who see each other's addresses."""

    def __init__(self, settings: EmailSettings, client: Any) -> None:
        self._sender = settings.sender
        self._recipients = list(settings.recipients)
        self._client = client

    def send(self, event: TaskEvent) -> str:
        """Send the message and return SES's message id. Raises ChannelError and its kinds."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": self._recipients},
                Content={
                    "Simple": {
                        "Subject": {"Data": subject_of(event), "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": text_of(event), "Charset": "UTF-8"}},
                    }
                },
            )
        except ClientError as error:
            raise _refusal(error) from error
        except NoConnectionError as error:
            raise ChannelError(
                f"SES could not be reached ({type(error).__name__}); nothing was sent"
            ) from error
        except HTTPClientError as error:
            raise UnknownOutcomeError(
                f"SES gave no answer ({type(error).__name__}); the message may have been sent"
            ) from error
        return str(answer["MessageId"])


def _refusal(error: ClientError) -> ChannelError:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if error.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
        return UnknownOutcomeError(f"SES failed: {code}: {message}; the message may have been sent")
    kind = PermanentChannelError if is_permanent(code) else ChannelError
    return kind(f"SES refused the message: {code}: {message}")


def subject_of(event: TaskEvent) -> str:
    """Return one line of at most 120 characters: nothing in a title can start another header."""
    subject = f"{_HAPPENED[event.event_type]}: {event.task.title}"
    line = " ".join("".join(" " if _is_control(c) else c for c in subject).split())
    return line if len(line) <= _MAX_SUBJECT else f"{line[: _MAX_SUBJECT - 1]}…"


def text_of(event: TaskEvent) -> str:
    """Return the message's plain text."""
    task = event.task
    lines = [
        f"{_HAPPENED[event.event_type]} at {event.time}",
        "",
        f"Title:  {task.title}",
        f"Status: {task.status}",
    ]
    if task.due_at is not None:
        lines.append(f"Due:    {task.due_at}")
    if task.detail:
        lines += ["", task.detail]
    return "\n".join([*lines, "", f"Task {task.task_id}, event {event.event_id}"])


def _is_control(character: str) -> bool:
    # Other (control, format, surrogate), line and paragraph separators.
    category = unicodedata.category(character)
    return category.startswith("C") or category in ("Zl", "Zp")

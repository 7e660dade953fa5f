"""Notifications by email, through Amazon SES."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pystache

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.channels.aws_calls import call_aws
from serverless_runtime.notification_service.channels.message_text import (
    EVENT_TITLES,
    lines,
    one_line,
    reference,
    shorten,
)
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.masking import masked

IS_PERMANENT: dict[str, bool] = {
    # This message: an address or content that SES cannot read.
    "BadRequestException": True,
    # SES has suspended the account permanently; only AWS Support can lift that.
    "AccountSuspendedException": True,
    # One code for many reasons, and most can be fixed in SES: a sender (in the sandbox, a
    # recipient) that is not verified yet. SES documents no texts that distinguish them.
    "MessageRejected": False,
    "MailFromDomainNotVerifiedException": False,
    "SendingPausedException": False,
    # What is missing can be created.
    "NotFoundException": False,
    "LimitExceededException": False,
    "TooManyRequestsException": False,
}
"""Every error that SES documents for SendEmail, and whether no retry within minutes can help.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""

_MAX_SUBJECT = 120
_TEMPLATES = Path(__file__).with_name("templates")
_NOT_IN_A_TAG = re.compile(r"[^A-Za-z0-9_-]")
"""https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html"""


def channels(settings: EmailSettings, client: Any = None) -> list[ConfiguredChannel]:
    """Return the one channel that sends to all recipients."""
    return [
        ConfiguredChannel(
            settings=settings,
            name=settings.name,
            recipient=masked(", ".join(settings.recipients)),
            sender=EmailSender(settings, client or aws.client("sesv2")),
        )
    ]


class EmailSender:
    """One message to all recipients, who see each other's addresses, as text and as HTML."""

    def __init__(self, settings: EmailSettings, client: Any) -> None:
        self._envelope: dict[str, Any] = {
            "FromEmailAddress": settings.sender,
            "Destination": {"ToAddresses": list(settings.recipients)},
        }
        if settings.configuration_set_arn is not None:
            name = settings.configuration_set_arn.rsplit("/", 1)[1]
            self._envelope["ConfigurationSetName"] = name
        self._client = client
        # Read while the function starts: a missing or broken template shows before an event needs
        # it.
        self._text = _template("task_event.txt", escape=str)
        self._html = _template("task_event.html", escape=html.escape)

    def send(self, event: TaskEvent) -> str:
        """Send the message and return SES's message id. Raises ChannelError and its kinds."""
        response = call_aws(
            "SES",
            IS_PERMANENT,
            self._client.send_email,
            **self._envelope,
            Content={"Simple": self._message(event)},
            EmailTags=[
                {"Name": "event_id", "Value": reference(event.event_id)},
                {"Name": "event_type", "Value": _NOT_IN_A_TAG.sub("-", event.event_type)},
            ],
        )
        return str(response["MessageId"])

    def _message(self, event: TaskEvent) -> dict[str, Any]:
        task = event.task
        detail = lines(task.detail or "")
        # Only text and plain containers: Mustache would call functions, and access attributes.
        context = {
            "event_title": EVENT_TITLES[event.event_type],
            "time": event.time,
            "title": one_line(task.title),
            "status": task.status,
            "due_at": task.due_at,
            "detail": {"first": detail[0], "rest": detail[1:]} if detail else None,
            "task_id": one_line(task.task_id),
            "event_id": one_line(event.event_id),
        }
        return {
            "Subject": _utf8(subject_of(event)),
            "Body": {
                "Text": _utf8(self._text(context)),
                "Html": _utf8(self._html(context)),
            },
            # The same for every attempt: a recipient can recognise a duplicate.
            "Headers": [{"Name": "X-Entity-Ref-ID", "Value": reference(event.event_id)}],
        }


def subject_of(event: TaskEvent) -> str:
    """Return one line of at most 120 characters: no title can inject a header."""
    return shorten(one_line(f"{EVENT_TITLES[event.event_type]}: {event.task.title}"), _MAX_SUBJECT)


def _template(name: str, escape: Callable[[str], str]) -> Callable[[dict[str, Any]], str]:
    """Return a function that renders the template, with `escape` applied to each value.

    Raises if the template is missing or broken; the function raises if a name has no value.
    """
    renderer = pystache.Renderer(search_dirs=str(_TEMPLATES), escape=escape, missing_tags="strict")
    parsed = pystache.parse(renderer.load_template(name), raise_on_mismatch=True)
    return functools.partial(renderer.render, parsed)


def _utf8(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}

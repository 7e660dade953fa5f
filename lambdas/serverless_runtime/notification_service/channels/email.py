"""Notifications by email, through Amazon SES."""

from __future__ import annotations

import re
from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.channels.aws_calls import call_aws
from serverless_runtime.notification_service.channels.email_bodies import html_of, text_of
from serverless_runtime.notification_service.channels.message_text import (
    EVENT_TITLES,
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
        return {
            "Subject": _utf8(subject_of(event)),
            "Body": {
                "Text": _utf8(text_of(event)),
                "Html": _utf8(html_of(event)),
            },
            # The same for every attempt: a recipient can recognise a duplicate.
            "Headers": [{"Name": "X-Entity-Ref-ID", "Value": reference(event.event_id)}],
        }


def subject_of(event: TaskEvent) -> str:
    """Return one line of at most 120 characters: no title can inject a header."""
    return shorten(one_line(f"{EVENT_TITLES[event.event_type]}: {event.task.title}"), _MAX_SUBJECT)


def _utf8(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}

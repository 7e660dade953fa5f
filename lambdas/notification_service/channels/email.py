"""Notifications by e-mail, through Amazon SES."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.channel import ConfiguredChannel
from lambdas.notification_service.channels.aws_calls import ask
from lambdas.notification_service.channels.ses_refusals import IS_PERMANENT
from lambdas.notification_service.channels.wording import (
    HAPPENED,
    lines,
    one_line,
    reference,
    shortened,
)
from lambdas.notification_service.settings.email import EmailSettings
from lambdas.shared import aws
from lambdas.shared.aws_calls.ses import Ses
from lambdas.shared.masking import masked

_MAX_SUBJECT = 120
_NOT_IN_A_TAG = re.compile(r"[^A-Za-z0-9_-]")
"""https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html"""


def channels(settings: EmailSettings, client: Ses | None = None) -> list[ConfiguredChannel]:
    """Return the one channel that writes to all recipients."""
    return [
        ConfiguredChannel(
            settings=settings,
            name=settings.name,
            sent_to=masked(", ".join(settings.recipients)),
            sender=EmailSender(settings, client or aws.ses()),
        )
    ]


class EmailSender:
    """One message to all recipients, who see each other's addresses, as text and as HTML."""

    def __init__(self, settings: EmailSettings, client: Ses) -> None:
        self._envelope: dict[str, Any] = {
            "FromEmailAddress": settings.sender,
            "Destination": {"ToAddresses": list(settings.recipients)},
        }
        if settings.configuration_set_arn is not None:
            name = settings.configuration_set_arn.rsplit("/", 1)[1]
            self._envelope["ConfigurationSetName"] = name
        self._client = client
        templates = Environment(
            # Finds templates in a package however it was installed, also within a zip.
            loader=PackageLoader("lambdas.notification_service.channels"),
            autoescape=select_autoescape(("html.j2",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # Read here, while the function starts: a template that is missing or broken shows before
        # an event waits for it.
        self._text = templates.get_template("task_event.txt.j2")
        self._html = templates.get_template("task_event.html.j2")

    def send(self, event: TaskEvent) -> str:
        """Send the message and return SES's message id. Raises ChannelError and its kinds."""
        answer = ask(
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
        return str(answer["MessageId"])

    def _message(self, event: TaskEvent) -> dict[str, Any]:
        task = event.task
        said = {
            "happened": HAPPENED[event.event_type],
            "time": event.time,
            "title": one_line(task.title),
            "status": task.status,
            "due_at": task.due_at,
            "detail": lines(task.detail or ""),
            "task_id": one_line(task.task_id),
            "event_id": one_line(event.event_id),
        }
        return {
            "Subject": _utf8(subject_of(event)),
            "Body": {
                "Text": _utf8(self._text.render(said)),
                "Html": _utf8(self._html.render(said)),
            },
            # The same for every attempt: whoever gets two copies can tell that they are one.
            "Headers": [{"Name": "X-Entity-Ref-ID", "Value": reference(event.event_id)}],
        }


def subject_of(event: TaskEvent) -> str:
    """Return one line of at most 120 characters: nothing in a title can start another header."""
    return shortened(one_line(f"{HAPPENED[event.event_type]}: {event.task.title}"), _MAX_SUBJECT)


def _utf8(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}

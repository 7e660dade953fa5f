"""Notifications by text message, through Amazon SNS."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.channels.message_text import (
    EVENT_TITLES,
    one_line,
    shorten,
)
from serverless_runtime.notification_service.channels.sns import publish
from serverless_runtime.notification_service.settings.sms import SmsSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.masking import masked

# https://www.3gpp.org/dynareport/23038.htm, section 6.2.1 (GSM 03.38 in its first edition).
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

# What fits into one part, the unit of billing: https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html
_MAX_SEPTETS = 160
_MAX_UTF16_UNITS = 70


def channels(settings: SmsSettings, client: Any = None) -> list[ConfiguredChannel]:
    """Return one channel for each number: a retry after half of them must not repeat those.

    A hash of the number identifies its deliveries. Its position in the list would assign one
    person's deliveries to another when a number is removed, and the number itself must not be
    recorded.
    """
    return [
        ConfiguredChannel(
            settings=settings,
            name=f"{settings.name}/{hashlib.sha256(number.encode()).hexdigest()[:8]}",
            recipient=masked(number),
            sender=SmsSender(settings, number, client or aws.client("sns")),
        )
        for number in settings.numbers
    ]


class SmsSender:
    """One text message of one part to one number."""

    def __init__(self, settings: SmsSettings, number: str, client: Any) -> None:
        self._number = number
        self._attributes: dict[str, str] = {"AWS.SNS.SMS.SMSType": settings.sms_type}
        if settings.sender_id is not None:
            self._attributes["AWS.SNS.SMS.SenderID"] = settings.sender_id
        self._client = client

    def send(self, event: TaskEvent) -> str:
        """Send the message and return SNS's message id. Raises ChannelError and its kinds."""
        return publish(
            self._client, self._attributes, PhoneNumber=self._number, Message=sms_of(event)
        )


def sms_of(event: TaskEvent) -> str:
    """Return a text that fits into one part: 160 characters of the GSM alphabet, 70 of others."""
    # Composed, as the alphabet has accented letters, but no combining accents.
    text = unicodedata.normalize(
        "NFC", one_line(f"{EVENT_TITLES[event.event_type]}: {event.task.title}")
    )
    if is_gsm(text):
        return shorten(text, _MAX_SEPTETS, size=septets, ellipsis="...")
    return shorten(text, _MAX_UTF16_UNITS, size=_utf16_units)


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def is_gsm(text: str) -> bool:
    """Return whether the alphabet or its extension has every character."""
    return _ALPHABET.union(_EXTENSION).issuperset(text)


def septets(text: str) -> int:
    """Return how many of a part's 160 septets `text` takes; a character of the extension takes two.

    Only for text that `is_gsm`.
    """
    return len(text) + sum(character in _EXTENSION for character in text)

"""Notifications to phones, through Amazon SNS and the push services of Apple and Google."""

from __future__ import annotations

import json
from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.channels.message_text import (
    EVENT_TITLES,
    one_line,
    reference,
    shorten,
)
from serverless_runtime.notification_service.channels.sns import publish
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.shared import aws

_MAX_BODY_BYTES = 500
"""Several lines of a phone's screen; both push services accept 4096 bytes in total."""


def channels(settings: PushSettings, client: Any = None) -> list[ConfiguredChannel]:
    """Return the one channel that sends to the target."""
    return [
        ConfiguredChannel(
            settings=settings,
            name=settings.name,
            recipient=settings.target_arn,
            sender=PushSender(settings, client or aws.client("sns")),
        )
    ]


class PushSender:
    """One notification to a phone, or to every phone that is subscribed to a topic."""

    def __init__(self, settings: PushSettings, client: Any) -> None:
        parameter = "TargetArn" if ":endpoint/" in settings.target_arn else "TopicArn"
        self._target = {parameter: settings.target_arn}
        self._client = client

    def send(self, event: TaskEvent) -> str:
        """Send the notification and return SNS's message id. Raises ChannelError and its kinds."""
        attributes = {
            "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
            "AWS.SNS.MOBILE.APNS.PRIORITY": "10",  # immediately
            "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": reference(event.event_id),
        }
        return publish(
            self._client,
            attributes,
            **self._target,
            MessageStructure="json",
            Message=json.dumps(_payloads(event)),
        )


def _payloads(event: TaskEvent) -> dict[str, str]:
    """The event in the format of each push service, JSON within JSON, and as text for all others.

    A phone replaces a notification by a duplicate of it, as both have the same collapse id.
    https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
    """
    title = EVENT_TITLES[event.event_type]
    body = shorten(one_line(event.task.title), _MAX_BODY_BYTES, size=_utf8_bytes)
    data = {
        "eventId": one_line(event.event_id),
        "eventType": event.event_type,
        "taskId": one_line(event.task.task_id),
    }
    apple = json.dumps(
        {"aps": {"alert": {"title": title, "body": body}, "sound": "default"}, **data}
    )
    collapse_id = reference(event.event_id)
    google = {
        "notification": {"title": title, "body": body},
        "data": data,
        "android": {
            "priority": "high",
            "collapse_key": collapse_id,
            "notification": {"tag": collapse_id},
        },
        # Google also delivers to Apple's phones, where the attributes of SNS do not apply.
        "apns": {"headers": {"apns-collapse-id": collapse_id}},
    }
    return {
        "default": f"{title}: {body}",
        "APNS": apple,
        "APNS_SANDBOX": apple,
        "GCM": json.dumps({"fcmV1Message": {"message": google}}),
    }


def _utf8_bytes(text: str) -> int:
    return len(text.encode())

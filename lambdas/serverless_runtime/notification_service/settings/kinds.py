"""The kinds of channel there are: a new one is a line here, its settings, and its module."""

from __future__ import annotations

from collections.abc import Sequence

from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.notification_service.settings.sms import SmsSettings
from serverless_runtime.notification_service.settings.webhook import WebhookSettings

KINDS: dict[str, type[ChannelSettings]] = {
    "email": EmailSettings,
    "sms": SmsSettings,
    "push": PushSettings,
    "webhook": WebhookSettings,
}
"""Kind to settings class. `channels/<kind>.py` has `channels(settings)`, which makes what sends."""


def require_different_names(channels: Sequence[ChannelSettings]) -> None:
    """Refuse two channels of one name: a delivery is recorded by event id and name."""
    names = [channel.name for channel in channels]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"every channel must have a name of its own, got {', '.join(repeated)} more than once; "
            "set name"
        )

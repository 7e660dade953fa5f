"""The kinds of channel: a new one is a line here, its settings, and a module in `channels/`."""

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
"""Kind to settings class. `channels/<kind>.py` has `channels(settings)`, which creates channels."""


def require_different_names(channels: Sequence[ChannelSettings]) -> None:
    """Reject two channels of the same name: a delivery is recorded by event id and name."""
    names = [channel.name for channel in channels]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"every channel must have a unique name, got {', '.join(repeated)} more than once; "
            "set name"
        )

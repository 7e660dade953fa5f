"""The target of a handoff that notifies people of task events, on any number of channels."""

from pulumi_serverless.notification_service.notification_service import (
    NotificationService,
    NotificationServiceArgs,
)
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.kinds import KINDS as CHANNEL_KINDS
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.notification_service.settings.sms import SmsSettings
from serverless_runtime.notification_service.settings.webhook import WebhookSettings

__all__ = [
    "CHANNEL_KINDS",
    "ChannelSettings",
    "EmailSettings",
    "NotificationService",
    "NotificationServiceArgs",
    "PushSettings",
    "SmsSettings",
    "WebhookSettings",
]

"""Takes calls of webhooks at any rate, and works through them at the pace that the work bears."""

from pulumi_serverless.scalable_webhook.scalable_webhook import (
    ScalableWebhook,
    ScalableWebhookArgs,
)
from pulumi_serverless.scalable_webhook.sources import WebhookSource, webhook_environment

__all__ = ["ScalableWebhook", "ScalableWebhookArgs", "WebhookSource", "webhook_environment"]

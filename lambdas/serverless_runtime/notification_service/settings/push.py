"""A channel that sends push notifications to phones."""

from __future__ import annotations

from typing import ClassVar, Literal

from serverless_runtime.notification_service.settings.channel import (
    ChannelSettings,
    Output,
    Permission,
    require_arn,
)
from serverless_runtime.shared.frozen import frozen

_TARGET_ARN = (
    r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:([A-Za-z0-9_-]{1,256}|endpoint/[A-Za-z_]+/\S+/[0-9a-f-]+)"
)


@frozen
class PushSettings(ChannelSettings):
    """One message to a phone, or to all subscribers of a topic, through SNS mobile push."""

    kind: Literal["push"] = "push"
    name: str = "push"

    target_arn: str | Output
    """An SNS platform endpoint, or a standard topic whose subscribers are such endpoints: a FIFO
    topic has none. A topic with a customer-managed KMS key needs permissions that this channel
    does not have."""

    # Connecting, and waiting for the response of SNS.
    budget_seconds: ClassVar[int] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_arn(
            "target_arn",
            self.target_arn,
            _TARGET_ARN,
            "arn:aws:sns:eu-west-1:123456789012:phones (standard topic) or "
            "…:endpoint/GCM/app/0f1e… (platform endpoint)",
        )

    def permissions(self) -> list[Permission]:
        """Return the permission to publish to this one target."""
        return [Permission(purpose="send", actions=["sns:Publish"], resources=[self.target_arn])]

"""A channel that sends text messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from serverless_runtime.notification_service.settings.channel import (
    ChannelSettings,
    Permission,
    require_list,
    require_match,
    require_one_of,
)
from serverless_runtime.shared.frozen import frozen

SMS_TYPES = ("Transactional", "Promotional")

_E164 = r"\+[1-9]\d{6,14}"
_SENDER_ID = r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}"
_MAX_NUMBERS = 10
"""Each number is a separate delivery, one after the other, within one invocation."""


@frozen
class SmsSettings(ChannelSettings):
    """One message to each number, through SNS. Each number is a separate delivery."""

    kind: Literal["sms"] = "sms"
    name: str = "sms"

    numbers: Sequence[str]
    """Phone numbers in E.164, such as +447700900123; 1 to 10."""

    sender_id: str | None = None
    """What phones show as the sender where a country allows it, 1 to 11 letters and digits."""

    sms_type: Literal["Transactional", "Promotional"] = "Transactional"
    """What SNS optimises for: reliable delivery, or cost."""

    # Connecting, and waiting for the response of SNS.
    budget_seconds: ClassVar[int] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_list("numbers", self.numbers, 1, _MAX_NUMBERS)
        for position, number in enumerate(self.numbers):
            require_match(f"numbers[{position}]", number, _E164, "+447700900123 (E.164)")
        if self.sender_id is not None:
            require_match(
                "sender_id", self.sender_id, _SENDER_ID, "TASKS, 1 to 11 letters and digits"
            )
        require_one_of("sms_type", self.sms_type, SMS_TYPES)

    def permissions(self) -> list[Permission]:
        """Return the permission to publish to phone numbers, and to no topic and no endpoint.

        For IAM, the resource of a phone number is the number itself, which has no ARN.
        """
        return [
            Permission(purpose="send", actions=["sns:Publish"], not_resources=["arn:*:sns:*:*:*"])
        ]

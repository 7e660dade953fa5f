"""A channel that sends email."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from serverless_runtime.notification_service.settings.channel import (
    ChannelSettings,
    Output,
    Permission,
    require_arn,
    require_list,
)
from serverless_runtime.shared.addresses import is_address
from serverless_runtime.shared.frozen import frozen

_IDENTITY_ARN = r"arn:[a-z-]+:ses:[a-z0-9-]+:\d{12}:identity/\S+"
_CONFIGURATION_SET_ARN = r"arn:[a-z-]+:ses:[a-z0-9-]+:\d{12}:configuration-set/[A-Za-z0-9_-]+"
_MAX_RECIPIENTS = 50
"""https://docs.aws.amazon.com/ses/latest/dg/quotas.html: recipients of one message."""


@frozen
class EmailSettings(ChannelSettings):
    """One message to all recipients, through SES; they see each other's addresses."""

    kind: Literal["email"] = "email"
    name: str = "email"

    sender: str
    """Address that notifications come from."""

    recipients: Sequence[str]
    """Addresses that every notification goes to, 1 to 50."""

    sender_identity_arn: str | Output | None = None
    """SES identity that covers the sender; without it NotificationService creates and owns one."""

    configuration_set_arn: str | Output | None = None
    """SES configuration set, for bounce and complaint events; none if not set. An identity with a
    default one needs the permission to use it: set it here, too."""

    # Connecting, and waiting for the response of SES.
    budget_seconds: ClassVar[int] = 11

    def __post_init__(self) -> None:
        super().__post_init__()
        require_list("recipients", self.recipients, 1, _MAX_RECIPIENTS)
        _require_address("sender", self.sender)
        for number, recipient in enumerate(self.recipients):
            _require_address(f"recipients[{number}]", recipient)
        if self.sender_identity_arn is not None:
            require_arn(
                "sender_identity_arn",
                self.sender_identity_arn,
                _IDENTITY_ARN,
                "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
            )
        if self.configuration_set_arn is not None:
            require_arn(
                "configuration_set_arn",
                self.configuration_set_arn,
                _CONFIGURATION_SET_ARN,
                "arn:aws:ses:eu-west-1:123456789012:configuration-set/tasks",
            )

    def permissions(self) -> list[Permission]:
        """Return the permissions to send as this sender. ValueError without its identity."""
        if self.sender_identity_arn is None:
            raise ValueError("sender_identity_arn must be set before permissions(), got None")
        send = Permission(
            purpose="send",
            actions=["ses:SendEmail"],
            resources=[self.sender_identity_arn],
            condition={"StringEquals": {"ses:FromAddress": self.sender}},
        )
        if self.configuration_set_arn is None:
            return [send]
        # SES checks the permission on both. This one alone sends nothing, so it needs no condition.
        use_configuration_set = Permission(
            purpose="use-configuration-set",
            actions=["ses:SendEmail"],
            resources=[self.configuration_set_arn],
        )
        return [send, use_configuration_set]


def _require_address(what: str, address: object) -> None:
    if not is_address(address):
        raise ValueError(
            f"{what} must be an email address like a@example.com, in ASCII, got {address!r}"
        )

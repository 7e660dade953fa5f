"""A channel that posts to an HTTPS URL."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from lambdas.notification_service.settings.channel import ChannelSettings, Later, Permission
from lambdas.notification_service.settings.checks import require_arn, require_list, require_match

_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?")
_SECRET_ARN = re.compile(
    r"arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+|ssm:[a-z0-9-]+:\d{12}:parameter/\S+)"
)
_KEY_ARN = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_MAX_NETWORKS = 10


@dataclass(frozen=True, kw_only=True)
class WebhookSettings(ChannelSettings):
    """One signed POST (Standard Webhooks) to a URL."""

    kind: Literal["webhook"] = "webhook"
    name: str = "webhook"

    url: str
    """Where to post; HTTPS, without user, password and fragment."""

    secret_arn: str | Later
    """Secret of Secrets Manager, or SecureString of SSM, that holds `whsec_…`; during a rotation
    several, separated by white space. A parameter's ARN must be text, not an output: it decides
    what is permitted."""

    secret_key_arn: str | Later | None = None
    """Customer-managed KMS key that the secret is encrypted with; none for AWS's own key."""

    allowed_networks: Sequence[str] = ()
    """Private networks, such as "10.1.0.0/16", that the URL may resolve into; public ones always
    may. Only for receivers of your own: whoever holds the host's DNS chooses the address."""

    # Two posts of 5 s, a wait of 5 s between them where the receiver asks for it, and the secret.
    budget_seconds: ClassVar[int] = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        require_match("url", self.url, _URL, "https://example.com/hooks/tasks")
        require_arn(
            "secret_arn",
            self.secret_arn,
            _SECRET_ARN,
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-a1b2c3 "
            "or arn:aws:ssm:eu-west-1:123456789012:parameter/hook",
        )
        if self.secret_key_arn is not None:
            require_arn(
                "secret_key_arn",
                self.secret_key_arn,
                _KEY_ARN,
                "arn:aws:kms:eu-west-1:123456789012:key/0f1e…",
            )
        require_list("allowed_networks", self.allowed_networks, 0, _MAX_NETWORKS)
        for network in self.allowed_networks:
            ipaddress.ip_network(network)

    @property
    def _in_ssm(self) -> bool:
        return isinstance(self.secret_arn, str) and self.secret_arn.split(":")[2] == "ssm"

    def permissions(self) -> list[Permission]:
        """Return the right to read this one secret."""
        read = Permission(
            purpose="read-secret",
            actions=["ssm:GetParameter" if self._in_ssm else "secretsmanager:GetSecretValue"],
            resources=[self.secret_arn],
        )
        if self.secret_key_arn is None:
            return [read]
        decrypt = Permission(
            purpose="decrypt-secret", actions=["kms:Decrypt"], resources=[self.secret_key_arn]
        )
        return [read, decrypt]

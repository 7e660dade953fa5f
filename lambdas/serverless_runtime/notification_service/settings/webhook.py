"""A channel that sends POST requests to an HTTPS URL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from serverless_runtime.notification_service.settings.channel import (
    ChannelSettings,
    Output,
    Permission,
    require_arn,
    require_list,
)
from serverless_runtime.notification_service.settings.webhook_networks import allowed_network
from serverless_runtime.shared.frozen import field, frozen

_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_URL = rf"https://({_LABEL}(?:\.{_LABEL})*)(?::([0-9]{{1,5}}))?(/[!\"$-~]*)?"
_MAX_HOST = 253
_MAX_PORT = 65_535
_STORE_ARN = (
    r"arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+|ssm:[a-z0-9-]+:\d{12}:parameter/\S+)"
)
_KEY_ARN = r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+"
_MAX_NETWORKS = 10


def parse_url(url: object) -> tuple[str, int, str]:
    """Return host, port and path with query. Raises ValueError if `url` is no webhook URL."""
    match = re.fullmatch(_URL, url) if isinstance(url, str) else None
    if match is None:
        # Whoever knows the URL of some receivers can post to them.
        got = f"{len(url)} characters of something else" if isinstance(url, str) else type(url)
        raise ValueError(
            "url must look like https://example.com/hooks/tasks, without user, password and "
            f"fragment, got {got}"
        )
    host, port, path = match[1], int(match[2] or 443), match[3] or "/"
    if len(host) > _MAX_HOST:
        raise ValueError(f"url must have a host of at most {_MAX_HOST} characters, got {len(host)}")
    if not 1 <= port <= _MAX_PORT:
        raise ValueError(f"url must have a port from 1 to {_MAX_PORT}, got {port}")
    return host, port, path


@frozen
class WebhookSettings(ChannelSettings):
    """One signed POST (Standard Webhooks) to a URL."""

    kind: Literal["webhook"] = "webhook"
    name: str = "webhook"

    url: str = field(in_repr=False)
    """Where to post: HTTPS, a host name or IPv4 address, without user, password and fragment.
    Only its host is logged and recorded, for some receivers' paths are secrets."""

    secret_arn: str | Output
    """Secret of Secrets Manager, or SecureString of SSM, that holds `whsec_…`; during a rotation
    several, separated by white space. A parameter's ARN must be text, not an output: it decides
    what is permitted."""

    secret_key_arn: str | Output | None = None
    """Customer-managed KMS key that the secret is encrypted with; none for the AWS managed key."""

    allowed_networks: Sequence[str] = ()
    """Private networks, such as "10.1.0.0/16", that the URL may resolve into; public ones always
    may, and link-local ones never. Only for your own receivers: the owner of the host's DNS
    chooses the address."""

    # The secret 4 s, two requests of 5 s each, 5 s between them if the receiver requests it, and
    # 1 s for computation.
    budget_seconds: ClassVar[int] = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_url(self.url)
        require_arn(
            "secret_arn",
            self.secret_arn,
            _STORE_ARN,
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
            allowed_network(network)

    @property
    def _in_ssm(self) -> bool:
        return isinstance(self.secret_arn, str) and self.secret_arn.split(":")[2] == "ssm"

    def permissions(self) -> list[Permission]:
        """Return the permission to read this one secret."""
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

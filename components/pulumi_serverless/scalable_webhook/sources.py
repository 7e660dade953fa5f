"""Who calls a webhook, and how the calls are signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Between, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments, checked
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.names import component_name
from serverless_runtime.webhook_in.settings import (
    TOLERANCE_SECONDS,
    Scheme,
    webhook_in_environment,
)

MAX_SOURCES = 20
MAX_TOLERANCE_SECONDS = 3_600

_NAME = Matches(
    r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?",
    "1 to 40 lower-case letters, digits and hyphens inside",
)
_READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 -- an action
_SECRET_ARN = Matches(
    r"arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+|ssm:[a-z0-9-]+:\d{12}:parameter/\S+)",
    "like arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-a1b2c3 or "
    "arn:aws:ssm:eu-west-1:123456789012:parameter/hook",
)


@dataclass(frozen=True, kw_only=True)
class WebhookSource(Arguments):
    """A provider that calls, and how it signs."""

    scheme: Scheme
    """"standard-webhooks", "github", "stripe"; or "none" for calls that are not signed."""

    secret_arn: Annotated[pulumi.Input[str], _SECRET_ARN] | None = None
    """Secret of Secrets Manager, or SecureString of SSM, that holds the key; during a rotation
    several, separated by white space."""

    secret_key_arn: pulumi.Input[str] | None = None
    """Customer-managed KMS key that the secret is encrypted with; none for the AWS managed key."""

    tolerance_seconds: Annotated[int, Between(1, MAX_TOLERANCE_SECONDS)] = TOLERANCE_SECONDS
    """How far the time in a signature may be from when the call arrived, 1 to 3600. GitHub's
    signatures have none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.secret_arn is None) is not (self.scheme == "none"):
            raise ValueError(
                f"secret_arn must be set for every scheme but none, got {self.secret_arn!r} for "
                f"{self.scheme}"
            )

    def allow(self, name: str, function: PythonFunction) -> None:
        """Let `function` read the secret of the source `name`."""
        if self.secret_arn is None:
            return
        # An output is looked at when it is known: it says which store may be read.
        arn: Any = self.secret_arn
        action = (
            _action(arn) if isinstance(arn, str) else pulumi.Output.from_input(arn).apply(_action)
        )
        function.allow(f"read-secret-of-{name}", actions=[action], resources=[self.secret_arn])
        if self.secret_key_arn is not None:
            function.allow(
                f"decrypt-secret-of-{name}",
                actions=["kms:Decrypt"],
                resources=[self.secret_key_arn],
            )

    def as_json(self) -> dict[str, Any]:
        """Return the source as the runtime reads it."""
        secret = {} if self.secret_arn is None else {"secretArn": self.secret_arn}
        return {"scheme": self.scheme, **secret, "toleranceSeconds": self.tolerance_seconds}


def _action(secret_arn: str) -> str:
    """What reads the secret. Raises ValueError for what is no ARN of one."""
    _SECRET_ARN.require("secret_arn", secret_arn)
    return "ssm:GetParameter" if secret_arn.split(":")[2] == "ssm" else _READ_SECRET


WebhookSources = Annotated[Mapping[Annotated[str, _NAME], WebhookSource], Size(1, MAX_SOURCES)]
"""Each by a name that fits a path."""


@checked
def webhook_environment(name: str, sources: WebhookSources) -> dict[str, pulumi.Input[str]]:
    """Return what the environment of the function needs that consumes the webhook `name`."""
    return webhook_in_environment(
        component=component_name(name),
        sources=json_text({source: each.as_json() for source, each in sources.items()}),
    )

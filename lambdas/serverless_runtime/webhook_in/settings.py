"""What a function needs from its environment to know calls of webhooks from forged ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal, get_args

from serverless_runtime.shared.environment import environment_for, read_settings
from serverless_runtime.shared.frozen import frozen

Scheme = Literal["standard-webhooks", "github", "stripe", "none"]
"""How a source signs its calls. "none": it does not, and every call is taken for genuine."""

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

HEADERS: Mapping[Scheme, tuple[str, ...]] = {
    "standard-webhooks": ("webhook-id", "webhook-timestamp", "webhook-signature"),
    "github": ("x-github-delivery", "x-hub-signature-256"),
    "stripe": ("stripe-signature",),
    "none": (),
}
"""The headers that a signature consists of."""

SEPARATOR = "|"
"""Between the headers in the one message attribute that holds them. No genuine one contains it."""

HEADERS_ATTRIBUTE, SOURCE_ATTRIBUTE = "headers", "source"
RECEIVED_ATTRIBUTE, REQUEST_ATTRIBUTE = "receivedAtMs", "requestId"

TOLERANCE_SECONDS = 300

_PREFIX = "WEBHOOK_IN_"


@frozen
class WebhookInSettings:
    """What it takes to tell genuine calls."""

    component: str
    """Dimension of the metrics."""

    sources: str
    """JSON object: by the name of a source its `scheme`, `secretArn` and `toleranceSeconds`."""


def webhook_in_environment(**settings: Any) -> dict[str, Any]:
    """Name WebhookInSettings as `read_webhook_in_settings` will look for them; values may be Pulumi
    outputs."""
    return environment_for(WebhookInSettings, prefix=_PREFIX, **settings)


def read_webhook_in_settings(environ: Mapping[str, str] = os.environ) -> WebhookInSettings:
    """Raises MissingSettingsError: the function's environment must have what
    `webhook_environment` returns."""
    return read_settings(WebhookInSettings, environ, prefix=_PREFIX)

"""What the two functions of a gatekeeper need from their environment."""

from __future__ import annotations

from serverless_runtime.shared.frozen import frozen

TENANT_INDEX = "by-tenant"
"""Index of the table: the keys of one tenant."""

RIGHT = r"[a-z][a-z0-9:._-]{0,39}"
"""What a right is called."""


@frozen
class AuthorizerSettings:
    """Of the function that decides on requests."""

    table_name: str
    """The keys."""

    component: str
    """Dimension of the metrics."""

    key_prefix: str
    """What keys begin with."""

    rights: str
    """JSON: each route to the rights of which a key must have one."""


@frozen
class KeysSettings:
    """Of the function that issues, lists and revokes keys."""

    table_name: str
    """The keys."""

    key_prefix: str
    """What keys begin with."""

    rights: str
    """The rights that a key can have, separated by commas."""

    decision_holds_seconds: str
    """How long after a revocation a decision from before it may hold."""

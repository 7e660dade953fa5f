"""Who calls, for the functions behind the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from serverless_runtime.shared.arguments import shown

__all__ = ["Caller", "NoCallerError", "caller_of"]


class NoCallerError(Exception):
    """The request has not been let in by a gatekeeper: its route has another authorization."""


class Caller(NamedTuple):
    """Who has sent a request, as the gatekeeper says."""

    tenant: str
    """Whose key it is."""

    key_id: str
    """Which key it is; it is no secret."""


def caller_of(event: Mapping[str, Any]) -> Caller:
    """Return who calls, by the event of an HTTP API. Raises NoCallerError.

    No header says it: whatever a caller sends, the tenant is that of its key.
    """
    if not isinstance(event, Mapping) or "requestContext" not in event:
        raise ValueError(f"event must be that of an HTTP API, got {shown(event)}")
    known = _within(_within(event["requestContext"], "authorizer"), "lambda")
    tenant, key_id = _within(known, "tenant"), _within(known, "keyId")
    if not isinstance(tenant, str) or not isinstance(key_id, str) or not tenant or not key_id:
        raise NoCallerError(
            "the event has no tenant and keyId of a gatekeeper; the route needs its auth"
        )
    return Caller(tenant, key_id)


def _within(part: object, name: str) -> object:
    """Return what an event has there; None if it has nothing, or is not of this form."""
    return part.get(name) if isinstance(part, Mapping) else None

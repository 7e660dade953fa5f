"""Why an operation on a stored resource can fail. Each is a different response to the client."""

from __future__ import annotations

__all__ = [
    "ContentionError",
    "IdempotencyKeyReusedError",
    "NotFoundError",
    "StoreUnavailableError",
    "VersionMismatchError",
]


class NotFoundError(Exception):
    """There is no such resource, or it was deleted; the text says so to the client. 404."""


class VersionMismatchError(Exception):
    """The client's precondition does not match the stored version; it must read again. 412."""

    def __init__(self, version: int) -> None:
        super().__init__(f"it is at version {version}")
        self.version = version
        """What is stored now."""


class ContentionError(Exception):
    """Other requests changed the same thing at each attempt; a later retry can help. 409."""


class IdempotencyKeyReusedError(Exception):
    """The idempotency key was used for another request before; a retry cannot help. 422."""


class StoreUnavailableError(Exception):
    """The table throttled us or did not respond; a later retry can help. 503."""

"""Why an operation on tasks can fail. Each is a different response to the client."""

from __future__ import annotations


class TaskNotFoundError(Exception):
    """No task has this id, or it was deleted."""


class VersionMismatchError(Exception):
    """The client's precondition does not match the task's version; it must read the task again."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the task is at version {version}")
        self.version = version


class ContentionError(Exception):
    """Other requests changed the same task at each attempt; a later retry can help."""


class IdempotencyKeyReusedError(Exception):
    """The idempotency key was used for another request before; a retry cannot help."""


class StoreUnavailableError(Exception):
    """The table throttled us or did not respond; a later retry can help."""

"""What can stop a task operation. Each is a different answer to the client."""

from __future__ import annotations


class TaskNotFoundError(Exception):
    """No task has this id (any more)."""


class VersionMismatchError(Exception):
    """The client's precondition names other versions than the task has; it must read again."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the task is at version {version}")
        self.version = version


class ContentionError(Exception):
    """Others changed the same thing each time we tried; trying again later can help."""


class KeyReusedError(Exception):
    """The idempotency key came with another request before; retrying cannot help."""


class StoreUnavailableError(Exception):
    """The table throttled us or did not answer; trying again later can help."""

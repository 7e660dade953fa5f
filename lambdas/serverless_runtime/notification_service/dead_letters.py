"""Where an event goes that a retry cannot help, as the service needs it."""

from __future__ import annotations

from typing import Protocol


class DeadLetters(Protocol):
    """Takes the event of one invocation out of Lambda's hands and keeps it for a person."""

    def add(self, reason: str, error_type: str) -> None:
        """Keep the event with the reason. Raises if it cannot be kept: then Lambda must keep it."""
        ...

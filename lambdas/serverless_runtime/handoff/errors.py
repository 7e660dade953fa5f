"""Why an event is not handed off."""

from __future__ import annotations


class NeverAcceptedError(Exception):
    """The target will never accept the event."""

    def __init__(self, reason: str, error_type: str, target_arn: str) -> None:
        super().__init__(reason)
        self.error_type = error_type
        self.target_arn = target_arn

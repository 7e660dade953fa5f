"""What can come of a call to AWS instead of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AwsCallError(Exception):
    """A call did not succeed; which of the classes below it is says what that means."""


class NotConnectedError(AwsCallError):
    """No connection came about: AWS has not seen the request."""


class NoAnswerError(AwsCallError):
    """The request was sent, and no readable answer came: AWS may have done it or not."""


class RefusedError(AwsCallError):
    """AWS answered with an error."""

    def __init__(
        self, operation: str, status: int, code: str, message: str, document: Mapping[str, Any]
    ) -> None:
        super().__init__(f"{operation}: {code} ({status}): {message}")
        self.status = status
        """The HTTP status."""

        self.code = code
        """AWS's name for the error, such as "ConditionalCheckFailedException"."""

        self.message = message
        self.document = document
        """All that the answer's body says, such as "CancellationReasons" or "Item"."""

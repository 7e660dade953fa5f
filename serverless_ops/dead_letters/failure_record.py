"""What is known about one failed event or message, whatever has written it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from serverless_ops.dead_letters.json_text import scalars


class UnreadableDeadLetterError(Exception):
    """The message contains nothing that could be replayed."""


@dataclass(frozen=True, kw_only=True)
class FailureRecord:
    """One event or message that failed permanently."""

    payload: str
    """What failed, exactly as it was received; usually JSON."""

    reason: str
    """Error message of the last attempt; the condition if the target never responded."""

    error_type: str | None = None
    """Class of the last error, if the target raised one."""

    attempts: int | None = None
    """Number of attempts, if the message contains it."""

    failed_at: str | None = None
    """When it was given up, RFC 3339, if the message contains it."""

    condition: str | None = None
    """Why it was dead-lettered, if the message contains it: RetriesExhausted or EventAgeExceeded by
    Lambda, PermanentFailure by the target itself."""

    function: str | None = None
    """ARN of the function that failed, if the message contains it."""

    request_id: str | None = None
    """The failed invocation, as in the function's log."""

    error_code: str | None = None
    """HTTP status of the error, on a bare event."""

    moved: bool = False
    """Whether it goes back exactly as it was: an occurrence of its own, whatever it contains."""

    source_arn: str | None = None
    """The queue, topic or rule it came from, if the message contains it."""

    target_arn: str | None = None
    """To whom it could not be delivered, if the message contains it."""

    @functools.cached_property
    def fields(self) -> Mapping[str, Any]:
        """The payload's own fields that are no objects and no lists; none if it is no object."""
        return scalars(self.payload)

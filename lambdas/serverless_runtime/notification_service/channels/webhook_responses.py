"""What a receiver's response means for the event.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from serverless_runtime.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)

MEANINGS: tuple[tuple[range, type[ChannelError] | None, str], ...] = (
    (range(200, 300), None, "accepted the event"),
    # The new URL may belong to anyone: a person has to decide, and change the setting.
    (range(300, 400), PermanentChannelError, "redirects, which is not followed: correct the URL"),
    # With these three the receiver has not processed the event.
    (range(408, 409), ChannelError, "timed out waiting for the request"),
    (range(425, 426), ChannelError, "does not accept the event yet"),
    (range(429, 430), ChannelError, "has received too many events"),
    (range(410, 411), PermanentChannelError, "no longer accepts events: remove the channel"),
    (range(400, 500), PermanentChannelError, "rejected the event"),
    # A proxy returns 502, 503 and 504 for a receiver that may have processed the event; a 500 may
    # come after side effects.
    (range(500, 600), UnknownOutcomeError, "failed; it may have accepted the event"),
    (range(100, 1000), UnknownOutcomeError, "sent no final response"),
)
"""Statuses, what to raise, and the text; the first row that contains a status applies."""

MAX_RETRY_AFTER_SECONDS = 3_600.0
"""Longer waits are capped: a receiver's mistake must not block a channel for days."""


_MAX_DATE = 64  # one has 29 characters


def raise_for_status(status: int, host: str, retry_after_seconds: float | None) -> None:
    """Raise what `status` means, unless it is a success."""
    kind, meaning = next(
        (kind, meaning) for statuses, kind, meaning in MEANINGS if status in statuses
    )
    if kind is None:
        return
    text = f"{host} {meaning} (HTTP {status})"
    if kind is PermanentChannelError:
        raise kind(text)
    raise kind(text, retry_after_seconds=retry_after_seconds)


def seconds_from_header(retry_after: str | None, now: float) -> float | None:
    """Return the wait that a `Retry-After` header requests, 0 to an hour; None without a valid one.

    It contains seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    `now` is in seconds since 1970.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER_SECONDS)
    if len(text) > _MAX_DATE:
        return None
    try:
        date = parsedate_to_datetime(text)
        # A date without a zone is in GMT, as all dates in HTTP are.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)

"""What a receiver's answer means for the event.

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
    # A new address may be anybody's: only a person can take it over into the settings.
    (range(300, 400), PermanentChannelError, "redirects, which is not followed: correct the URL"),
    # These three say that nothing was done with the event.
    (range(408, 409), ChannelError, "did not wait for the whole event"),
    (range(425, 426), ChannelError, "does not want the event yet"),
    (range(429, 430), ChannelError, "has had too many events"),
    (range(410, 411), PermanentChannelError, "wants no events any more: remove the channel"),
    (range(400, 500), PermanentChannelError, "refused the event"),
    # A proxy says 502, 503 and 504 of a receiver that may have done its work; nor does a 500 say
    # that nothing happened before it.
    (range(500, 600), UnknownOutcomeError, "failed; it may have accepted the event"),
    (range(100, 1000), UnknownOutcomeError, "gave no final answer"),
)
"""Statuses, what to raise, and what to say; the first row that holds a status counts."""

MAX_RETRY_AFTER_SECONDS = 3_600.0
"""More than this is not believed: a slip of the receiver must not silence a channel for days."""


def raise_for(status: int, host: str, retry_after_seconds: float | None) -> None:
    """Raise what `status` means, unless it is a success."""
    kind, words = next((kind, words) for statuses, kind, words in MEANINGS if status in statuses)
    if kind is None:
        return
    text = f"{host} {words} (HTTP {status})"
    if kind is PermanentChannelError:
        raise kind(text)
    raise kind(text, retry_after_seconds=retry_after_seconds)


def seconds_of(retry_after: str | None, now: float) -> float | None:
    """Return how long a `Retry-After` header asks to wait, 0 to an hour; None if it says nothing.

    It holds seconds or a moment: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    `now` is in seconds since 1970.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        # A moment without a zone is in GMT, as all moments in HTTP are.
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)

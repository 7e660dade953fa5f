"""What all rows of a table of leases have in common, those that a service adds included."""

from __future__ import annotations

from serverless_runtime.shared.masking import masked

RETENTION_SECONDS = 21 * 86_400
"""A replay is recognised for as long as there can be one: 14 days in the dead-letter queue, 6 hours
in Lambda's own queue, and a margin."""

_MAX_REASON = 500


def storable_reason(reason: str) -> str:
    """Return the reason of a failure for people to read: masked, cut to 500 characters."""
    # Masked first: half an address would not be recognised.
    text = masked(reason)
    return text if len(text) <= _MAX_REASON else f"{text[: _MAX_REASON - 1]}…"

"""The reason of a failure as it may be kept in a table for people to read."""

from __future__ import annotations

from serverless_runtime.shared.masking import masked

_LONGEST = 500


def kept_reason(reason: str) -> str:
    """Return it with addresses masked, cut to 500 characters."""
    # Masked first: half an address would not be recognised.
    text = masked(reason)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

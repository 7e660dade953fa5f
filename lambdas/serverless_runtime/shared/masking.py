"""Masks email addresses and phone numbers, so that they can still be distinguished."""

from __future__ import annotations

import re

_MAX_REASON = 500

# Begins only where a word does, and never goes back: each character is looked at a few times,
# whatever the text.
_EMAIL = r"(?<![^\s@<>\"'(),:;])([^\s@<>\"'(),:;])[^\s@<>\"'(),:;]*+@([^\s@<>\"'(),:;]+)"
_NUMBER = r"(\+\d\d)\d{2,10}(\d{3})\b"


def masked(text: str) -> str:
    """Return `text` with every email address as `t***@example.com` and every phone number in
    E.164 as `+44***123`."""
    # Most texts hold neither sign, and a pattern costs more than all else in a log line; compiling
    # it costs a cold start as much as a module.
    if "@" in text:
        text = re.sub(_EMAIL, r"\1***@\2", text)
    return re.sub(_NUMBER, r"\1***\2", text) if "+" in text else text


def storable_reason(reason: str) -> str:
    """Return the reason of a failure for people to read: masked, cut to 500 characters."""
    # Masked first: half an address would not be recognised.
    text = masked(reason)
    return text if len(text) <= _MAX_REASON else f"{text[: _MAX_REASON - 1]}…"

"""The text of what somebody else made, such as an error."""

from __future__ import annotations


def text_of(value: object) -> str:
    """Return a value's text as UTF-8 can hold it, even if its class fails when it is asked."""
    try:
        text = str(value)
    except Exception as error:
        return f"(its text could not be read: {type(error).__name__})"
    # Half a surrogate pair, which JSON may contain, is refused by every service.
    return text if text.isascii() else text.encode(errors="replace").decode()

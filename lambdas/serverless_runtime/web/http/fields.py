"""What a field of a body may be. A check returns the value, or raises InvalidFieldError."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from serverless_runtime.shared.timestamps import from_text, to_text
from serverless_runtime.web.http.body import InvalidFieldError

__all__ = ["line_of", "lines_of", "matching", "not_null", "one_of", "or_null", "timestamp"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = (
    r"[\s\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
"""White space, format characters, and what else Unicode's Default_Ignorable_Code_Point and fonts
leave blank."""

_YEARS = range(1970, 9999)

Check = Callable[[object], Any]


def line_of(max_length: int) -> Check:
    """Return the check of one line of text with a visible character."""

    def line(value: object) -> str:
        text = _text(value)
        if not text:
            raise InvalidFieldError("String should have at least 1 character")
        if len(text) > max_length:
            raise InvalidFieldError(f"String should have at most {max_length} characters")
        if _CONTROL.search(text):
            raise InvalidFieldError("must not contain control characters")
        # Compiled for the few texts that begin in another way.
        if not "!" <= text[0] <= "~" and re.fullmatch(_INVISIBLE, text):
            raise InvalidFieldError("must have a visible character")
        return text

    return line


def lines_of(max_length: int) -> Check:
    """Return the check of a text without control characters but tab and line ends."""

    def lines(value: object) -> str:
        text = _text(value)
        if len(text) > max_length:
            raise InvalidFieldError(f"String should have at most {max_length} characters")
        if _CONTROL_BUT_LINES.search(text):
            raise InvalidFieldError("must not contain control characters except tab and line ends")
        return text

    return lines


def matching(pattern: str, meaning: str) -> Check:
    """Return the check of a text that the regular expression matches; `meaning` says what it must
    be."""

    def matched(value: object) -> str:
        text = _text(value)
        if not re.fullmatch(pattern, text):
            raise InvalidFieldError(f"must be {meaning}")
        return text

    return matched


def one_of(values: Sequence[str]) -> Check:
    """Return the check of one of these texts."""

    def member(value: object) -> str:
        if not isinstance(value, str) or value not in values:
            raise InvalidFieldError(f"must be one of {', '.join(values)}")
        return value

    return member


def timestamp(value: object) -> str:
    """Return the moment in UTC."""
    text = _text(value)
    try:
        moment = from_text(text)
    except ValueError as error:
        raise InvalidFieldError(f"must be an RFC 3339 date-time: {error}") from error
    # What is returned is in UTC, and must be accepted again.
    if moment.year not in _YEARS:
        raise InvalidFieldError("must be in the years 1970 to 9998 in UTC")
    return to_text(moment)


def not_null(check: Check) -> Check:
    """Return the check with an error of its own for null."""

    def checked(value: object) -> Any:
        if value is None:
            raise InvalidFieldError("must not be null; leave it out instead")
        return check(value)

    return checked


def or_null(check: Check) -> Check:
    """Return the check, and let null through."""
    return lambda value: None if value is None else check(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidFieldError("must be text")
    return value

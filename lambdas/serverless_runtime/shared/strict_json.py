"""JSON as it may enter: RFC 8259 with the restrictions of I-JSON, RFC 7493.

Every JSON parser reads the same from it. Python's own accepts more, such as NaN, a name given
twice, and half of a surrogate pair.
"""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 100
"""Of arrays and objects in each other. Parsers have limits of their own, from 64 on."""

_TOO_DEEP = f"nested more than {MAX_DEPTH} deep"


class NotJsonError(ValueError):
    """The text is no such JSON; it says why, and where. It quotes names only."""


def parse(data: bytes | str) -> Any:
    """Return the value. Raises NotJsonError."""
    try:
        text = data if isinstance(data, str) else data.decode()
    except UnicodeDecodeError as error:
        raise NotJsonError(f"not UTF-8 at byte {error.start}") from None
    try:
        document: Any = _STRICT.decode(text)
    except RecursionError:
        raise NotJsonError(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        detail = f"{error.msg} at line {error.lineno} column {error.colno}"
        raise NotJsonError(detail) from None
    except NotJsonError:
        raise
    except ValueError:
        # Python reads no whole number of more than 4,300 digits.
        raise NotJsonError("a number is too long") from None
    if text.count("[") + text.count("{") > MAX_DEPTH or "\\u" in text or not text.isascii():
        # Most texts need neither check, and a cold start does without.
        from serverless_runtime.shared import strict_json_text  # noqa: PLC0415

        if problem := strict_json_text.problem_of(text, document, MAX_DEPTH):
            raise NotJsonError(problem)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for name, _ in pairs:
            # Those that come once are taken out before.
            if name not in found:
                raise NotJsonError(f"the name {name[:40]!a} is given twice")
            del found[name]
    return found


def _no_constant(name: str) -> None:
    raise NotJsonError(f"{name} is not a JSON value")


# One for all: json.loads would make a decoder for each text.
_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)

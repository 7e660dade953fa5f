"""JSON as text: its members are found and replaced without being read and written again.

A payload goes back as it came. Parsing and serialising would change numbers: 1.10 becomes 1.1, and
12345678901234567.89 loses digits. Nor is there a limit to the depth here, as the parser has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NoReturn

_STRING = r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"'
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_TOKEN = re.compile(rf"{_STRING}|{_NUMBER}|true|false|null|[\[\]{{}}:,]")
_SPACE = re.compile(r"[ \t\n\r]*")
_OPENING, _CLOSING = {"{": "}", "[": "]"}, {"}", "]"}
_MARKS = {*_OPENING, *_CLOSING, ":", ","}
_INDENT = "  "
_FIRST = {"{": "first name", "[": "first item"}
_AFTER = {
    **{(state, kind): "next" for state in ("value", "first item") for kind in ('"', "0")},
    **{(state, '"'): "colon" for state in ("name", "first name")},
    ("colon", ":"): "value",
}
"""What is expected after a string, another scalar or a colon."""


class NotJsonError(ValueError):
    """The text is not one JSON value of RFC 8259."""


def require_json(text: str) -> None:
    """Raise NotJsonError if the text is not one JSON value, however deeply nested."""
    try:
        # Numbers stay text: one of 5,000 digits is valid, and no int.
        json.loads(text, parse_constant=_no_json, parse_float=str, parse_int=str)
    except RecursionError:
        _require_deep_json(text)
    except ValueError as error:
        raise NotJsonError(str(error)) from None


def members(text: str) -> dict[str, str]:
    """Return the text of each member of a JSON object by its name; none of any other value.

    Of two with the same name the last counts, as it does for Python's parser.
    """
    return {name: text[start:end] for name, (start, end) in _spans(text).items()}


def members_of_any(text: str) -> dict[str, str]:
    """Return the same of any text: none if it is no JSON, whatever it begins with."""
    try:
        require_json(text)
    except NotJsonError:
        return {}
    return members(text)


def scalars(text: str) -> dict[str, Any]:
    """Return the members of any text that are strings, numbers, booleans or null, parsed."""
    found = members_of_any(text).items()
    return {name: scalar(value) for name, value in found if value[0] not in _OPENING}


def with_member(text: str, name: str, value: str) -> str:
    """Return the text of an object with one member set, and every other character as it was."""
    if span := _spans(text).get(name):
        return f"{text[: span[0]]}{value}{text[span[1] :]}"
    end = text.rindex("}")
    comma = "," if members(text) else ""
    return f"{text[:end]}{comma}{json.dumps(name)}:{value}{text[end:]}"


def indented(text: str) -> str:
    """Return JSON with a line for each member and item, and every value as it was written."""
    lines, depth, before = [""], 0, ""
    for mark in _tokens(text):
        if mark in _CLOSING:
            depth -= 1
            if before not in _OPENING:
                lines.append(_INDENT * depth)
        elif before in _OPENING or before == ",":
            lines.append(_INDENT * depth)
        lines[-1] += f"{mark} " if mark == ":" else mark
        depth += mark in _OPENING
        before = mark
    return "\n".join(lines)


def _spans(text: str) -> dict[str, tuple[int, int]]:
    """Return where the value of each member of an object begins and ends."""
    spans: dict[str, tuple[int, int]] = {}
    depth, name = 0, None
    if not text.lstrip().startswith("{"):
        return spans
    for before, match in pairwise(_TOKEN.finditer(text)):
        depth += (before[0] in _OPENING) - (before[0] in _CLOSING)
        if depth != 1:
            continue
        mark = match[0]
        if mark == ":":
            start = _end_of_space(text, match.end())
        elif mark in (",", "}"):
            if name is not None:
                spans[name] = (start, before.end())
            name = None
        elif name is None:
            name = str(json.loads(mark))
    return spans


def scalar(text: str) -> Any:
    """Return a value parsed; as text if Python cannot: a number of 5,000 digits, deep nesting."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _tokens(text: str) -> Iterator[str]:
    """Yield every mark. Raises NotJsonError for anything between them but white space."""
    position, length = _end_of_space(text, 0), len(text)
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotJsonError(f"unexpected character at {position}")
        yield match[0]
        position = _end_of_space(text, match.end())


def _end_of_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _require_deep_json(text: str) -> None:
    opened: list[str] = []
    state = "value"
    for mark in _tokens(text):
        kind = mark if mark in _MARKS else '"' if mark.startswith('"') else "0"
        if kind in _OPENING and state in ("value", "first item"):
            opened.append(_OPENING[kind])
            state = _FIRST[kind]
        elif opened[-1:] == [kind] and state in ("next", "first item", "first name"):
            opened.pop()
            state = "next"
        elif kind == "," and state == "next" and opened:
            state = "name" if opened[-1] == "}" else "value"
        elif (state, kind) in _AFTER:
            state = _AFTER[state, kind]
        else:
            raise NotJsonError(f"unexpected {mark[:20]}")
    if opened or state != "next":
        raise NotJsonError("unexpected end")


def parsed_object(text: str | None) -> Mapping[str, Any]:
    """Return a JSON object parsed; an empty one for anything else."""
    try:
        value = json.loads(text or "null", parse_float=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _no_json(name: str) -> NoReturn:
    raise NotJsonError(f"{name} is not a JSON value")

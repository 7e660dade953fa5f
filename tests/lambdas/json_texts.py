"""JSON as text, for hypothesis: with every way of writing a value that RFC 8259 has."""

from __future__ import annotations

from hypothesis import strategies as st

_space = st.text(" \t\n\r", max_size=2)
_digits = st.text("0123456789", min_size=1, max_size=20)
_whole = st.just("0") | st.builds(str.__add__, st.sampled_from("123456789"), _digits | st.just(""))
numbers = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(["", "-"]),
    _whole,
    st.just("") | _digits.map(".{}".format),
    st.just("")
    | st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), _digits),
)
_NONCHARACTERS = "".join(
    [
        *map(chr, range(0xFDD0, 0xFDF0)),
        *(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF)),
    ]
)
characters = st.characters(exclude_categories=["Cs"], exclude_characters=_NONCHARACTERS)


def _escaped(character: str) -> str:
    data = character.encode("utf-16-be")
    return "".join(f"\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))


_plain = characters.filter(lambda each: each >= " " and each not in '"\\')
_short = st.sampled_from(['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"])
strings = st.lists(_plain | _short | characters.map(_escaped), max_size=6).map(
    lambda parts: f'"{"".join(parts)}"'
)
_scalars = numbers | strings | st.sampled_from(["true", "false", "null"])


def _array(items: list[str], space: str) -> str:
    return f"[{space}{f'{space},'.join(items)}{space}]"


def _object(values: list[str], space: str) -> str:
    # Names of their own: the same one twice is not I-JSON.
    members = [f'"m{number}"{space}:{space}{value}' for number, value in enumerate(values)]
    return f"{{{space}{f'{space},{space}'.join(members)}{space}}}"


json_texts = st.builds(
    "{}{}{}".format,
    _space,
    st.recursive(
        _scalars,
        lambda inner: (
            st.builds(_array, st.lists(inner, max_size=3), _space)
            | st.builds(_object, st.lists(inner, max_size=3), _space)
        ),
        max_leaves=8,
    ),
    _space,
)

_changes = st.text('{}[]:,"\\/.eE+-0123aflnrstu \t\x00é', max_size=2)
_no_i_json = st.sampled_from(
    [
        *("", " ", "NaN", "-Infinity", '{"a": NaN}', "{'a': 1}", "[1,]", "01", "\ufeff1", "1 2"),
        *('{"a": 1, "a": 1}', '{"a": 1, "\\u0061": 2}', '"\\ud800"', '["\\udfff\\ud800"]'),
        *('"\ufffe"', '{"\\uffff": 1}', "[" * 101 + "]" * 101, "9" * 4_301, '"\x00"', '"\n"'),
    ]
)


def _changed(text: str, at: int, change: str) -> str:
    at = min(at, len(text))
    return text[:at] + change + text[at + 1 :]


nearly_json_texts = (
    json_texts | st.builds(_changed, json_texts, st.integers(0, 200), _changes) | _no_i_json
)
"""JSON, JSON with a change that may break it, and what some parsers take for JSON."""

texts_with_any_character = st.text(st.characters(codec=None, exclude_categories=[]), max_size=20)
"""Half of a surrogate pair, too: Python reads it from JSON, and nothing can write it."""

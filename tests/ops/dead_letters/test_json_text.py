"""JSON text is taken apart and put together without a digit changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_ops.dead_letters.json_text import (
    NotJsonError,
    indented,
    members,
    require_json,
    scalars,
    with_member,
)
from tests.nested import nested

FORMS = [
    f"{sign}{{}}{fraction}{exponent}"
    for sign in ("", "-")
    for fraction in ("", ".0", ".10", ".005", f".{'1234567890' * 4}")
    for exponent in ("", "e7", "E+05", "e-4000")
]
NUMBERS = st.builds(str.format, st.sampled_from(FORMS), st.integers(0, 10**41))
SPACE = st.sampled_from(["", " ", "\t", "\n", "\r", "\r\n ", " \t "])
STRINGS = st.builds(
    lambda text, ascii_only: json.dumps(text, ensure_ascii=ascii_only),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.booleans(),
)
ESCAPES = r'"\"\\\/\b\f\n\r\t\u00e9\ud800"'
SCALARS = st.one_of(NUMBERS, STRINGS, st.sampled_from(["true", "false", "null", ESCAPES]))


def _containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.builds("{}{}{}".format, SPACE, inner, SPACE)
    member = st.builds("{}{}{}:{}".format, SPACE, STRINGS, SPACE, item)
    return st.one_of(
        st.lists(item, max_size=4).map(lambda items: f"[{','.join(items)}]"),
        st.lists(member, max_size=4).map(lambda items: f"{{{','.join(items)}}}"),
    )


VALUES = nested(SCALARS, _containers, depth=3)
"""JSON as anyone may write it, not as Python does."""

PYTHONS_SCALARS = st.none() | st.booleans() | st.integers() | st.text('aé"\\,:{[', max_size=4)


def _pythons(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.text("ab", max_size=3)
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)


@given(st.lists(st.tuples(st.text('abcé"\\:,}', max_size=5), SPACE, VALUES, SPACE), max_size=3))
def test_the_members_of_an_object_are_the_texts_it_was_made_of(
    parts: list[tuple[str, str, str, str]],
) -> None:
    text = ",".join(f"{json.dumps(name)}:{a}{value}{b}" for name, a, value, b in parts)

    found = members(f"{{{text}}}")

    assert found == {name: value for name, _, value, _ in parts}


@given(VALUES, SPACE)
def test_what_is_set_is_the_only_change(value: str, space: str) -> None:
    text = f'{{{space}"before":{value},"replays":{space}0 ,"data":{value}}}'

    changed = with_member(text, "replays", "1")

    assert changed == f'{{{space}"before":{value},"replays":{space}1 ,"data":{value}}}'


@given(VALUES, SPACE)
def test_what_is_new_is_written_after_the_last_member(value: str, space: str) -> None:
    before = f'{{"data":{value}{space}'

    assert with_member(before + "}", "replays", "1") == before + ',"replays":1}'
    assert with_member(f"{{{space}}}", "replays", "1") == f'{{{space}"replays":1}}'


@given(VALUES)
def test_indenting_changes_nothing_but_white_space(text: str) -> None:
    exact: Any = {"parse_float": str, "parse_int": str}

    assert json.loads(indented(text), **exact) == json.loads(text, **exact)


@given(nested(PYTHONS_SCALARS, _pythons, depth=3))
def test_indented_text_has_the_lines_that_python_writes(value: Any) -> None:
    lines = json.dumps(value, indent=2)

    assert indented(json.dumps(value)) == lines
    assert indented(lines) == lines


@settings(max_examples=20)
@given(VALUES)
def test_what_is_json_is_accepted_at_any_depth(text: str) -> None:
    require_json(text)
    require_json("[" * 1_500 + text + "]" * 1_500)
    require_json('{"a":' * 1_500 + text + "}" * 1_500)


@settings(max_examples=50)
@given(VALUES, st.data())
def test_a_deep_text_with_one_character_changed_is_accepted_only_if_it_is_json(
    text: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(text)))
    changed = text[:place] + data.draw(st.sampled_from('[]{},:"0a ')) + text[place:]
    try:
        json.loads(f"[{changed}]", parse_float=str, parse_int=str)
    except ValueError:
        with pytest.raises(NotJsonError):
            require_json("[" * 1_500 + changed + "]" * 1_500)
    else:
        require_json("[" * 1_500 + changed + "]" * 1_500)


@pytest.mark.parametrize("text", ["", " ", "NaN", "[-Infinity]", "{'a': 1}", '{"a":', "1 2", "[1}"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(NotJsonError):
        require_json(text)


def test_a_number_that_python_cannot_convert_stays_text() -> None:
    digits = "9" * 5_000

    require_json(f'{{"n":{digits}}}')
    assert scalars(f'{{"n":{digits},"s":"x","o":{{}}}}') == {"n": digits, "s": "x"}

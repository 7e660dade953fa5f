"""JSON of any depth is accepted or refused where it is wrong, and what is no JSON stays text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_ops.dead_letters.json_text import (
    NotJsonError,
    members_of_any,
    parsed_object,
    require_json,
    scalar,
    scalars,
)

DEEP = 2_000


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ("", None),
        ("1", None),
        ('{"a":[1,{}],"b":-0.5e3}', None),
        ("1 1", "unexpected 1"),
        ("1,", "unexpected ]"),
        ("1,,1", "unexpected ,"),
        ('{"a":,}', "unexpected ,"),
        ('{"a":1,,"b":1}', "unexpected ,"),
        (",1", "unexpected ,"),
        ('{"a"}', "unexpected }"),
        ('{"a":}', "unexpected }"),
        ('{"a":1,}', "unexpected }"),
        ("{1:2}", "unexpected 1"),
        ('{"a" "b"}', 'unexpected "b"'),
        ('{"a":1 "b":2}', 'unexpected "b"'),
        ("1:2", "unexpected :"),
        ("[1}", "unexpected }"),
        ("01", "unexpected 1"),
        ('1 "' + "x" * 30 + '"', 'unexpected "' + "x" * 19),
        ("nul", f"unexpected character at {DEEP}"),
        ("\x0b", f"unexpected character at {DEEP}"),
    ],
)
def test_json_of_any_depth_is_accepted_or_refused_where_it_is_wrong(
    inner: str, problem: str | None
) -> None:
    text = "[" * DEEP + inner + "]" * DEEP

    if problem is None:
        require_json(text)
        return
    with pytest.raises(NotJsonError) as raised:
        require_json(text)
    assert str(raised.value) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * DEEP, "unexpected end"),
        ("[" * DEEP + "]" * (DEEP + 1), "unexpected ]"),
        ("[" * DEEP + "]" * DEEP + " 1", "unexpected 1"),
        ("[" * DEEP + "]" * DEEP + ",", "unexpected ,"),
    ],
)
def test_deep_json_ends_with_its_last_bracket(text: str, problem: str) -> None:
    with pytest.raises(NotJsonError) as raised:
        require_json(text)

    assert str(raised.value) == problem


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_value_for_is_named(name: str) -> None:
    with pytest.raises(NotJsonError) as raised:
        require_json(f"[{name}]")

    assert str(raised.value) == f"{name} is not a JSON value"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1.10}', {"a": "1.10"}),
        ("[1]", {}),
        ("{", {}),
        ("", {}),
        (None, {}),
        ('{"a":' + "[" * 99_999 + "]" * 99_999 + "}", {}),
    ],
)
def test_anything_but_an_object_is_an_empty_one(text: str | None, value: Any) -> None:
    assert parsed_object(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ('"a"', "a"),
        ("null", None),
        ("7" * 5_000, "7" * 5_000),
        ("[" * 99_999, "[" * 99_999),
    ],
)
def test_what_python_cannot_read_stays_text(text: str, value: Any) -> None:
    assert scalar(text) == value


@pytest.mark.parametrize(
    "text",
    ["{{name}}", "{[", "{'a': 1}", '{"a": 1} {"b": 2}', '{"a":', "{1:2}", "{", "x", ""],
)
def test_what_is_no_json_has_no_members_whatever_it_begins_with(text: str) -> None:
    assert (members_of_any(text), scalars(text)) == ({}, {})


@settings(max_examples=200)
@given(st.text(alphabet='{}[]:,"a1 \\\n', max_size=12))
def test_any_text_has_the_members_that_it_has_as_json(text: str) -> None:
    found = members_of_any("{" + text)

    try:
        value = json.loads("{" + text)
    except ValueError:
        value = {}
    assert {name: json.loads(each) for name, each in found.items()} == value

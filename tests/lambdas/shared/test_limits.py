"""Texts and log lines at their limits."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from serverless_runtime.shared import json_log, strict_json
from serverless_runtime.shared.characters import problem_in
from serverless_runtime.shared.message_attributes import (
    require_attribute,
    require_attribute_name,
    require_characters,
)
from serverless_runtime.shared.timestamps import from_text, to_text


def refusal(text: str | bytes) -> str:
    with pytest.raises(strict_json.NotJsonError) as raised:
        strict_json.parse(text)
    return str(raised.value)


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_a_text_may_be_nested_a_hundred_deep(begin: str, end: str) -> None:
    marks = begin.count("[") + begin.count("{")
    deepest = 100 // marks

    fine = begin * deepest + "1" + end * deepest
    assert strict_json.parse(fine) == json.loads(fine)
    for beyond in (f"[{fine}]", f'{{"x":{fine}}}'):
        assert refusal(beyond) == "nested more than 100 deep"
    wide = f"[{','.join([fine] * 3)}]"
    assert refusal(wide) == "nested more than 100 deep"
    inner = begin * (deepest - 1) + "1" + end * (deepest - 1)
    fitting = f"[{','.join([inner] * 3)}]"
    assert strict_json.parse(fitting) == json.loads(fitting)
    shallow = f"[{','.join(['[[]]'] * 200)}]"
    assert strict_json.parse(shallow) == json.loads(shallow)
    marks_in_text = f"[{json.dumps('[{' * 200)}]"
    assert strict_json.parse(marks_in_text) == ["[{" * 200]


@pytest.mark.parametrize("length", [40, 41])
def test_of_a_name_that_is_given_twice_40_characters_are_shown(length: int) -> None:
    name = "n" * length

    text = f'{{"a":1,"{name}":1,"b":2,"{name}":2}}'

    assert refusal(text) == f"the name '{'n' * 40}' is given twice"
    assert refusal('{"é":1,"\\u00e9":2}') == r"the name '\xe9' is given twice"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff", "not UTF-8 at byte 0"),
        (b'"a\xc3"', "not UTF-8 at byte 2"),
        ("[1,\n 2,]", "Expecting value at line 2 column 4"),
        ("-Infinity", "-Infinity is not a JSON value"),
        ("NaN", "NaN is not a JSON value"),
        ("1" * 4_301, "a number is too long"),
        ("[" * 200_000, "nested more than 100 deep"),
    ],
)
def test_what_is_no_json_is_told_by_its_place(text: str | bytes, problem: str) -> None:
    assert refusal(text) == problem
    assert strict_json.parse("1" * 4_300) > 0


def test_of_every_plane_the_last_two_characters_are_none() -> None:
    for plane in range(17):
        for last in (0xFFFE, 0xFFFF):
            character = chr(plane << 16 | last)
            expected = f"U+{ord(character):04X} is not a character"
            assert problem_in(f"a{character}") == expected
            assert refusal(f'"{character}"') == expected
            assert refusal(json.dumps(character)) == expected
        assert problem_in(chr(plane << 16 | 0xFFFD)) is None
        if plane:
            assert problem_in(chr(plane << 16)) is None


@pytest.mark.parametrize(
    ("codes", "is_one"),
    [((0xD7FF, 0xE000, 0xFDCF, 0xFDF0), True), ((0xD800, 0xDFFF, 0xFDD0, 0xFDEF), False)],
)
def test_halves_of_pairs_and_noncharacters_are_none(
    codes: tuple[int, ...], *, is_one: bool
) -> None:
    assert [problem_in(chr(code)) is None for code in codes] == [is_one] * 4


@pytest.mark.parametrize("name", ["a", "A" * 256, "a.b-c_9", "aws", "awsx", "9"])
def test_a_name_of_an_attribute_has_1_to_256_characters(name: str) -> None:
    require_attribute_name(name)
    require_attribute(name, "x")


@pytest.mark.parametrize(
    "name", ["", "a" * 257, "a b", ".a", "a.", "a..b", "AWS.x", "amazon.", "é", "a\n", 7, None]
)
def test_another_name_is_refused(name: object) -> None:
    with pytest.raises(ValueError, match=r"^names of attributes must be 1 to 256 ") as raised:
        require_attribute_name(name)

    assert str(raised.value).endswith(f"got {name!a}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "attributes[a] must be text, got 7"),
        ("", "attributes[a] must not be empty, got ''; leave it out"),
        (" \n", r"attributes[a] must not be empty, got ' \n'; leave it out"),
        (
            "ab\x00",
            "attributes[a] must have no control characters or such as U+FFFE, got U+0000 at 2",
        ),
    ],
)
def test_a_value_is_text_that_a_message_can_have(value: object, text: str) -> None:
    with pytest.raises(ValueError, match=r"^attributes\[a\] must ") as raised:
        require_attribute("a", value)

    assert str(raised.value) == text


def test_characters_of_a_message_are_those_of_xml() -> None:
    for code in (0x9, 0xA, 0xD, 0x20, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x10FFFF):
        require_characters("it", f"a{chr(code)}")
    for code in (0x0, 0x8, 0xB, 0xC, 0xE, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF):
        with pytest.raises(ValueError, match=f"^it must have no .* got U\\+{code:04X} at 1$"):
            require_characters("it", f"a{chr(code)}")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z"),
        ("2026-03-01t09:30:00.9999z", "2026-03-01T09:30:00.999Z"),
        ("2026-03-01T23:59:59+23:59", "2026-03-01T00:00:59.000Z"),
        ("2026-03-01T00:00:00-23:59", "2026-03-01T23:59:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_is_read_in_utc_to_the_millisecond(text: str, read: str) -> None:
    assert to_text(from_text(text)) == read


@pytest.mark.parametrize(
    "text",
    ["", "2026-03-01", "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-03-01T24:00:00Z",
     "2026-03-01T09:60:00Z", "2026-03-01T09:30:60Z", "2026-02-29T00:00:00Z",
     "2026-03-01T09:30:00+00:60", "2026-03-01T09:30:00+24:00", "2026-03-01T09:30:00.Z",
     "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"],
)  # fmt: skip
def test_no_other_text_is_a_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"RFC 3339|range|outside|must be|day|hour|minute|second"):
        from_text(text)


class Told:
    def __str__(self) -> str:
        return "by ann@a.example"


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ((1, "ann@a.example"), [1, "a***@a.example"]),
        ({"ann@a.example": {"x": (None, False)}}, {"a***@a.example": {"x": [None, False]}}),
        ({1: 2}, {"1": 2}),
        (Told(), "by a***@a.example"),
        (b"ann@a.example", "b'a***@a.example'"),
    ],
)
def test_each_value_of_a_log_line_is_masked_and_keeps_its_kind(value: Any, logged: Any) -> None:
    record = logging.makeLogRecord({"msg": "to %s", "args": ("ann@a.example",), "field": value})

    assert json_log._bind_and_mask(record)

    line = json.loads(json_log.JsonFormatter().format(record))
    assert line["message"] == "to a***@a.example"
    assert line["field"] == logged


def test_a_log_line_has_its_time_and_no_more_than_it_was_given() -> None:
    record = logging.makeLogRecord({"msg": "x", "name": "n", "levelname": "INFO", "created": 1.5})
    json_log.configure(None)

    assert json.loads(json_log.JsonFormatter().format(record)) == {
        "timestamp": to_text(datetime.fromtimestamp(1.5, UTC)),
        "level": "INFO",
        "message": "x",
        "logger": "n",
    }

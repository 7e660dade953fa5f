"""What may enter as JSON, by text rather than by value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_ops.dead_letters.json_text import NotJsonError as NoJsonAtAllError
from serverless_ops.dead_letters.json_text import require_json
from serverless_runtime.shared.strict_json import MAX_DEPTH, NotJsonError, parse
from tests.lambdas.json_texts import json_texts, strings


@given(json_texts)
def test_every_way_of_writing_a_value_is_read(text: str) -> None:
    assert parse(text) == parse(text.encode()) == json.loads(text)


@given(json_texts, st.integers(0, 200), st.text('{}[]:,"\\/.eE+-0123aflnrstu \t\x00é', max_size=2))
def test_a_text_with_a_change_is_read_only_if_it_is_still_json(
    text: str, at: int, change: str
) -> None:
    at = min(at, len(text))
    text = text[:at] + change + text[at + 1 :]
    try:
        parse(text)
    except NotJsonError:
        return
    require_json(text)


@given(json_texts)
def test_nothing_is_refused_that_is_json_and_has_no_name_twice(text: str) -> None:
    try:
        require_json(text)
    except NoJsonAtAllError:
        pytest.fail("the generator is wrong")
    parse(text)


@given(strings)
def test_a_name_may_be_given_once_however_it_is_escaped(name: str) -> None:
    escaped = json.dumps(json.loads(name))

    with pytest.raises(NotJsonError, match="given twice"):
        parse(f'[{{"other": 1, {name}: 1, {escaped}: 2}}]')


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": NaN}', "NaN is not a JSON value"),
        (b"-Infinity", "-Infinity is not a JSON value"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b'"\xed\xa0\x80"', "not UTF-8 at byte 1"),
        (b'"\xc0\x80"', "not UTF-8 at byte 1"),
        (b'["\\ud83d"]', "U\\+D83D is not a character"),
        (b'{"\\uDE00": 1}', "U\\+DE00 is not a character"),
        (b'"\\uDE00\\uD83D"', "U\\+DE00 is not a character"),
        ('"\ufdd0"'.encode(), "U\\+FDD0 is not a character"),
        ('"\U0010ffff"'.encode(), "U\\+10FFFF is not a character"),
        (b'"\\ufffe"', "U\\+FFFE is not a character"),
        (b"9" * 5_000, "a number is too long"),
        (b"\xef\xbb\xbf{}", "Expecting value at line 1 column 1"),
        (b"", "Expecting value at line 1 column 1"),
        (b'{"a": 1', "Expecting"),
        (b"[1,]", "Expecting value at line 1 column 4"),
        ("\uff11".encode(), "Expecting value"),
        (b"\x0b1", "Expecting value"),
        (b'"\t"', "Invalid control character"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested more than 100 deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested more than 100 deep"),
    ],
)
def test_the_reason_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(NotJsonError, match=reason):
        parse(data)


def test_brackets_in_strings_are_no_depth() -> None:
    text = '["' + '[{\\"' * 500 + '"' + ', "]"' * 500 + "]"

    assert parse(text) == json.loads(text)
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None


def test_a_number_keeps_its_size() -> None:
    assert parse("1E400") == float("inf")
    assert parse("9" * 4_000) == int("9" * 4_000)

"""Each check of a field takes what is within its limits, and says what a value must be."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.task_service.http.task_bodies import CREATE
from serverless_runtime.web.http.body import InvalidFieldError
from serverless_runtime.web.http.fields import (
    Check,
    line_of,
    lines_of,
    matching,
    not_null,
    one_of,
    or_null,
    timestamp,
)

LINE, LINES, WORD = line_of(5), lines_of(5), matching("[a-z]{2}", "two letters")


@pytest.mark.parametrize(
    ("check", "value", "returned"),
    [
        (LINE, "a", "a"),
        (LINE, "é" * 5, "é" * 5),
        (LINE, " a", " a"),
        (LINE, "\u200ba", "\u200ba"),
        (LINE, "!", "!"),
        (LINE, "~", "~"),
        (LINE, "\xa1", "\xa1"),
        (LINES, "", ""),
        (LINES, "\ta\r\nb", "\ta\r\nb"),
        (WORD, "ab", "ab"),
        (one_of(["a", "b"]), "b", "b"),
        (not_null(WORD), "ab", "ab"),
        (or_null(WORD), None, None),
        (or_null(WORD), "ab", "ab"),
        (timestamp, "2026-03-01T10:30:00+01:00", "2026-03-01T09:30:00.000Z"),
        (timestamp, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        (timestamp, "9998-12-31T23:59:59Z", "9998-12-31T23:59:59.000Z"),
    ],
)
def test_a_value_is_taken(check: Check, value: object, returned: object) -> None:
    assert check(value) == returned


NOT_A_TIME = (
    "must be an RFC 3339 date-time: not an RFC 3339 date-time with an offset, "
    "such as 2026-03-01T09:30:00Z"
)


@pytest.mark.parametrize(
    ("check", "value", "text"),
    [
        (LINE, "", "String should have at least 1 character"),
        (LINE, "a" * 6, "String should have at most 5 characters"),
        (LINE, 7, "must be text"),
        (LINE, " \u200b", "must have a visible character"),
        *((LINE, chr(code), "must have a visible character")
          for code in (0x20, 0xA0, 0xAD, 0x200B, 0x2800, 0x3164, 0xE0000, 0xE0FFF)),
        *((LINE, f"a{chr(code)}", "must not contain control characters")
          for code in (0x0, 0x9, 0x1F, 0x7F, 0x80, 0x9F)),
        (LINES, "a" * 6, "String should have at most 5 characters"),
        *((LINES, f"a{chr(code)}", "must not contain control characters except tab and line ends")
          for code in (0x0, 0x8, 0xB, 0xC, 0xE, 0x1F, 0x7F, 0x9F)),
        (LINES, None, "must be text"),
        (WORD, "abc", "must be two letters"),
        (WORD, "ab\n", "must be two letters"),
        (WORD, ["ab"], "must be text"),
        *((one_of(["a", "b"]), wrong, "must be one of a, b") for wrong in ("c", "", None, ["a"])),
        (not_null(WORD), None, "must not be null; leave it out instead"),
        (not_null(WORD), "abc", "must be two letters"),
        (or_null(WORD), "abc", "must be two letters"),
        (timestamp, "soon", NOT_A_TIME),
        (timestamp, 7, "must be text"),
        *((timestamp, wrong, "must be in the years 1970 to 9998 in UTC")
          for wrong in ("1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
                        "9999-01-01T00:00:00Z", "9998-12-31T23:59:59-00:01")),
    ],
)  # fmt: skip
def test_another_is_refused_in_these_words(check: Check, value: Any, text: str) -> None:
    with pytest.raises(InvalidFieldError) as raised:
        check(value)

    assert str(raised.value) == text


@pytest.mark.parametrize(("name", "most"), [("title", 100), ("detail", 1_000)])
def test_the_texts_of_a_task_have_their_limits(name: str, most: int) -> None:
    check = CREATE[name].check

    assert check("x" * most) == "x" * most
    with pytest.raises(InvalidFieldError, match=f"^String should have at most {most} characters$"):
        check("x" * (most + 1))

"""Checks of arguments: what is taken, and the whole text of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from serverless_runtime.shared.arguments import (
    is_number,
    require_a,
    require_callable,
    require_list,
    require_one_of,
    require_text,
    shown,
)


def refusal(check: Callable[..., None], *arguments: Any) -> str:
    with pytest.raises(ValueError, match=r"^it") as raised:
        check("it", *arguments)
    return str(raised.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (7, "7"),
        (1.5, "1.5"),
        ("é", r"'\xe9'"),
        ("x" * 58, f"'{'x' * 58}'"),
        ("x" * 59, f"'{'x' * 59}…"),
        ("x" * 60, f"'{'x' * 59}…"),
        (b"secret", "a bytes"),
        (["secret"], "a list"),
        ({"a": "secret"}, "a dict"),
    ],
)
def test_of_a_value_enough_is_shown_to_recognise_it(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("value", [0, -1, 1.5, 10**400, -0.0, 1e308])
def test_a_finite_number_is_one(value: object) -> None:
    assert is_number(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), float("-inf"), True, False, "1", None]
)
def test_what_only_resembles_one_is_none(value: object) -> None:
    assert not is_number(value)


@pytest.mark.parametrize("value", [[], (), ["a", "b"], ("a",)])
def test_a_list_of_the_kind_is_taken(value: object) -> None:
    require_list("it", value, str, "text")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ab", "it must be a list, got 'ab'"),
        (b"ab", "it must be a list, got a bytes"),
        (bytearray(b"ab"), "it must be a list, got a bytearray"),
        ({"a"}, "it must be a list, got a set"),
        ({"a": 1}, "it must be a list, got a dict"),
        (None, "it must be a list, got None"),
        (["a", 2], "it[1] must be text, got 2"),
        ([None, "a"], "it[0] must be text, got None"),
    ],
)
def test_anything_else_is_refused_by_its_place(value: object, text: str) -> None:
    assert refusal(require_list, value, str, "text") == text


def test_one_value_is_checked_by_its_kind() -> None:
    require_a("it", 1, int, "a number")
    require_text("it", " a ")
    require_callable("it", len)
    require_one_of("it", "b", ["a", "b"])

    assert refusal(require_a, "1", int, "a number") == "it must be a number, got '1'"
    assert refusal(require_callable, 1) == "it must be a function, got 1"
    for blank in ("", " ", "\n\t"):
        assert refusal(require_text, blank) == f"it must be text and not empty, got {blank!r}"
    assert refusal(require_text, b"a") == "it must be text and not empty, got a bytes"
    for other in ("c", "", "B"):
        expected = f"it must be one of a, b, got {other!r}"
        assert refusal(require_one_of, other, ["a", "b"]) == expected
    for kind, of_a_kind in ((None, "None"), ([], "a list"), ({}, "a dict")):
        assert refusal(require_one_of, kind, ["a"]) == f"it must be one of a, got {of_a_kind}"

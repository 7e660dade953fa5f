"""Ids are UUIDs of version 7: when, and then as much chance as there is room for."""

from __future__ import annotations

import functools
import operator
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from serverless_runtime.web.ids import is_id, new_id

AT = datetime(2026, 3, 1, 9, 30, 0, 123_000, UTC)
RANDOM_BITS = (1 << 80) - 1 - (0xF << 76) - (0b11 << 62)


def test_an_id_holds_its_millisecond_version_and_variant_and_all_else_is_chance() -> None:
    made = [uuid.UUID(new_id(AT)) for _ in range(60)]

    assert {each.int >> 80 for each in made} == {int(AT.timestamp() * 1000)}
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}
    assert functools.reduce(operator.or_, (each.int for each in made)) & RANDOM_BITS == RANDOM_BITS
    assert functools.reduce(operator.and_, (each.int for each in made)) & RANDOM_BITS == 0


def test_ids_of_consecutive_milliseconds_are_in_order() -> None:
    made = [new_id(AT + timedelta(milliseconds=each)) for each in range(20)]

    assert made == sorted(made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("019501d2-7c00-7a51-8f3e-52a1c0d9e7b4", True),
        ("019501D2-7C00-7A51-8F3E-52A1C0D9E7B4", False),
        ("019501d27c007a518f3e52a1c0d9e7b4", False),
        ("{019501d2-7c00-7a51-8f3e-52a1c0d9e7b4}", False),
        ("019501d2-7c00-7a51-8f3e-52a1c0d9e7b4\n", False),
        ("", False),
    ],
)
def test_only_the_canonical_form_is_an_id(text: str, *, expected: bool) -> None:
    assert is_id(text) is expected

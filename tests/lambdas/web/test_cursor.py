"""A cursor continues its own list, and no other."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.web.http.cursor import read_cursor, write_cursor

texts = st.text(max_size=20)
filters = st.dictionaries(st.sampled_from(["status", "owner"]), st.none() | texts)


def anything(_position: str) -> bool:
    return True


@given(position=texts, filtered_by=filters)
def test_a_cursor_is_read_as_it_was_written(
    position: str, filtered_by: dict[str, str | None]
) -> None:
    assert read_cursor(write_cursor(position, filtered_by), filtered_by, anything) == position


@given(position=texts, one=filters, other=filters)
def test_a_cursor_of_another_list_is_refused(
    position: str, one: dict[str, str | None], other: dict[str, str | None]
) -> None:
    if one != other:
        with pytest.raises(ValueError, match=r"with another|a nextCursor"):
            read_cursor(write_cursor(position, one), other, anything)


@given(st.text(max_size=40))
def test_what_is_no_cursor_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="must be a nextCursor that this API returned"):
        read_cursor(text, {"status": None}, anything)


def test_a_position_that_the_list_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a nextCursor"):
        read_cursor(write_cursor("x", {}), {}, lambda position: position == "y")


@pytest.mark.parametrize(
    ("decoded", "is_read"),
    [
        ([1, {"status": None}, "x"], True),
        ([0, {"status": None}, "x"], False),
        ([2, {"status": None}, "x"], False),
        ([1, {}, "x"], False),
        ([1, {"status": None, "owner": None}, "x"], False),
        ([1, {"status": None}, 7], False),
        ([1, {"status": None}, "x", 1], False),
        ([1, {"status": None}], False),
        ({"1": 1}, False),
    ],
)
def test_only_what_the_api_writes_is_read(decoded: object, *, is_read: bool) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(decoded).encode()).decode().rstrip("=")

    if is_read:
        assert read_cursor(cursor, {"status": None}, anything) == "x"
    else:
        with pytest.raises(ValueError, match=r"^must be a nextCursor that this API returned, giv"):
            read_cursor(cursor, {"status": None}, anything)


def test_a_cursor_tells_which_filters_are_others() -> None:
    cursor = write_cursor("x", {"status": "a", "owner": "b", "kind": "c"})

    with pytest.raises(
        ValueError, match=r"^belongs to a list with another status and kind filter$"
    ):
        read_cursor(cursor, {"status": None, "owner": "b", "kind": "d"}, anything)

"""What a request says beside its body: a key, and which page of a list."""

from __future__ import annotations

import pytest

from serverless_runtime.web.http.paging import page_limit, page_start
from serverless_runtime.web.http.parameters import idempotency_key
from serverless_runtime.web.http.problem import InvalidField, Problem


@pytest.mark.parametrize("key", [None, "!", "~", "a" * 255])
def test_a_key_is_as_sent(key: str | None) -> None:
    assert idempotency_key({} if key is None else {"idempotency-key": key}) == key


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "é", "a\n"])
def test_another_is_refused(key: str) -> None:
    with pytest.raises(Problem) as raised:
        idempotency_key({"idempotency-key": key})

    text = "must be 1 to 255 visible ASCII characters, given once"
    assert (raised.value.status, raised.value.detail) == (400, f"Idempotency-Key {text}")
    assert raised.value.errors == [InvalidField("header", "Idempotency-Key", text)]


@pytest.mark.parametrize(
    ("query", "limit"), [({}, 50)] + [({"limit": str(n)}, n) for n in (1, 99, 100)]
)
def test_a_page_has_1_to_100_entries(query: dict[str, str], limit: int) -> None:
    assert page_limit(query) == limit


@pytest.mark.parametrize(
    "text", ["", "0", "01", "101", "999", "1000", "-1", "1.0", "\u0665", "5\n"]
)
def test_no_more_and_no_fewer(text: str) -> None:
    with pytest.raises(Problem) as raised:
        page_limit({"limit": text})

    meaning = "must be a whole number from 1 to 100, given once"
    assert (raised.value.status, raised.value.detail) == (400, f"limit {meaning}")
    assert raised.value.errors == [InvalidField("query", "limit", meaning)]


def test_without_a_cursor_a_list_starts_at_its_beginning() -> None:
    assert page_start({"limit": "5"}, {}) is None
    with pytest.raises(Problem, match="cursor must be a nextCursor that this API returned"):
        page_start({"cursor": ""}, {})

"""The text of a key: 256 random bits, and no other text is taken for it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.gatekeeper.api_key import ApiKey, new_key, read_authorization

KEY = ApiKey("0123456789abcdef", "s" * 43)


def test_a_new_key_is_read_from_its_text_and_is_of_256_bits() -> None:
    keys = [new_key() for _ in range(100)]

    assert len({key.key_id for key in keys}) == len({key.secret for key in keys}) == 100
    for key in keys:
        assert read_authorization(f"Bearer {key.text('shop')}", "shop") == key
        # Each character is six bits; the last one has two that are always 0.
        assert len(key.secret) * 6 - 2 == 256


def test_what_is_stored_is_the_sha_256_of_the_secret() -> None:
    assert KEY.digest == hashlib.sha256(b"s" * 43).hexdigest()
    assert KEY.has_digest(KEY.digest)


@given(st.text(max_size=80))
def test_no_other_digest_is_that_of_the_key_nor_is_none(other: str) -> None:
    assert not KEY.has_digest(None)
    if other.isascii():
        assert KEY.has_digest(other) is (other == KEY.digest)


@given(st.text())
def test_any_header_is_read_or_is_none(header: str) -> None:
    found = read_authorization(header, "shop")

    assert found is None or header.partition(" ")[2] == found.text("shop")


@given(st.data())
def test_a_key_with_one_character_changed_is_another_or_none(data: st.DataObject) -> None:
    text = KEY.text("shop")
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.characters().filter(lambda c: c != text[place]))
    changed += text[place + 1 :]

    assert read_authorization(f"Bearer {changed}", "shop") != KEY


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_scheme_is_the_same_in_upper_and_lower_case(scheme: str) -> None:
    assert read_authorization(f"{scheme} {KEY.text('shop')}", "shop") == KEY


@pytest.mark.parametrize(
    "header",
    [
        "",
        KEY.text("shop"),
        f"Basic {KEY.text('shop')}",
        f"Bearer  {KEY.text('shop')}",
        f"Bearer {KEY.text('shop')} ",
        f"Bearer {KEY.text('other')}",
        f"Bearer shop_{KEY.key_id.upper()}_{KEY.secret}",
        f"Bearer shop_{KEY.key_id}_{KEY.secret}s",
        f"Bearer shop_{KEY.key_id}_{'é' * 43}",
    ],
)
def test_what_is_no_key_of_this_api_is_none(header: str) -> None:
    assert read_authorization(header, "shop") is None

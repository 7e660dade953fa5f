"""Texts of what others made can be sent to every service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.texts import text_of


@given(st.text(st.characters()))
def test_a_text_is_as_it_was_if_it_can_be_sent(text: str) -> None:
    found = text_of(ValueError(text))

    assert found == text.encode(errors="replace").decode()
    assert found.encode().decode() == found


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ud800é"])
def test_half_a_character_is_a_question_mark(text: str) -> None:
    assert text_of(text) == "".join("?" if "\ud800" <= each <= "\udfff" else each for each in text)

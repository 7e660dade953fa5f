from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.notification_service.channels.message_text import (
    EVENT_TITLES,
    lines,
    one_line,
    reference,
    shorten,
)
from tests.lambdas.sample_titles import FAMILY, FRANCE, HEBREW, PERSIAN, SCOTLAND, THUMB

ANYTHING = st.text(st.characters(codec=None))


def test_every_event_type_has_a_title() -> None:
    assert set(EVENT_TITLES) == set(EVENT_TYPES)


@pytest.mark.parametrize("text", [FAMILY, SCOTLAND, FRANCE, THUMB, HEBREW, PERSIAN, "é" * 100])
def test_marks_that_letters_and_emoji_consist_of_stay(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\tc\x00d\u2028e\x85f", "a b c d e f"),
        ("invoice \u202egpj.exe\u202c", "invoice gpj.exe"),
        ("\u2066a\u2069\ufeffb\u00adc\u200bd", "abcd"),
        ("half \ud83d of one\uffff\ufdd0", "half of one"),
    ],
)
def test_what_breaks_hides_or_reorders_text_goes(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(ANYTHING)
def test_whatever_is_written_is_one_line_that_can_be_encoded(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert {"Cc", "Cs", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, line))
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert one_line(line.encode().decode()) == line


@given(ANYTHING)
def test_lines_are_each_safe(text: str) -> None:
    assert all(one_line(line) == line for line in lines(text))


@pytest.mark.parametrize("whole", [FAMILY, SCOTLAND, FRANCE, THUMB, "e\u0301\u0323"])
def test_what_people_see_as_one_character_is_kept_or_dropped_whole(whole: str) -> None:
    text = whole * 10

    for limit in range(1, len(text)):
        cut = shorten(text, limit)
        assert cut == whole * ((limit - 1) // len(whole)) + "…"


@given(ANYTHING, st.integers(3, 80))
def test_shortened_text_fits_and_starts_as_it_did(text: str, limit: int) -> None:
    cut = shorten(text, limit, ellipsis="...")

    assert len(cut) <= limit
    assert cut == text or text.startswith(cut.removesuffix("..."))


@given(ANYTHING.filter(bool))
def test_a_reference_is_what_every_provider_takes(event_id: str) -> None:
    made = reference(event_id)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", made)
    assert made == reference(event_id)


def test_a_reference_is_the_events_own_id_if_it_can_be() -> None:
    assert reference("019501d2-7c00-7a51-8f3e-52a1c0d9e7b4").startswith("019501d2-")
    assert reference("a" * 65) != reference("a" * 66)

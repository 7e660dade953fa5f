from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.process import END, instructions, python
from serverless_runtime.shared.masking import masked, storable_reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("team@example.com", "t***@example.com"),
        ("to <ann@a.example>, bob@b.example: no", "to <a***@a.example>, b***@b.example: no"),
        ("+447700900123 has opted out", "+44***123 has opted out"),
        ("a task of 2026-03-01, version 12345678", "a task of 2026-03-01, version 12345678"),
    ],
)
def test_addresses_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("length", [0, 499, 500, 501, 5_000])
def test_a_reason_is_kept_up_to_500_characters(length: int) -> None:
    reason = "ab" * (length // 2) + "c" * (length % 2)

    kept = storable_reason(reason)

    assert kept == (reason if length <= 500 else f"{reason[:499]}…")


@given(st.text("ab@<> ,;:.+-", max_size=40))
def test_a_text_is_masked_wherever_an_address_is_in_it(text: str) -> None:
    words = re.findall(r"[^\s@<>\"'(),:;]+@[^\s@<>\"'(),:;]+", text)

    shown = masked(text)

    assert re.findall(r"(?<=\*\*\*)@[^\s@<>\"'(),:;]+", shown) == [
        f"@{word.partition('@')[2]}" for word in words
    ]
    assert all(word not in shown or re.fullmatch(r".\*\*\*@.+", word) for word in words)


HOSTILE = ["'a' * n + ' @'", "'a ' * n + '@'", "'@a' * n", "'a@' * n", "'+1' * n", "'+12345' * n"]


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="counts instructions with valgrind")
def test_work_does_not_grow_with_the_square_of_a_texts_length() -> None:
    """Starting Python and masking these texts takes 200 million instructions; a square of 20,000
    alone is twice as much."""
    masks = "".join(f"masked({text})\n" for text in HOSTILE)
    program = f"n = 20_000\nfrom serverless_runtime.shared.masking import masked\n{masks}{END}"

    assert instructions(python(Path("lambdas").resolve(), program), {}) < 400_000_000

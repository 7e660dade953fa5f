from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("repeated", "end"),
    [("a", " @"), ("a ", "@"), ("@a", ""), ("a@", ""), ("+1", ""), ("+12345", "")],
)
def test_sixteen_times_the_text_takes_sixteen_times_the_work(repeated: str, end: str) -> None:
    """And not 256 times: however busy the machine is, it makes nobody four times slower."""
    few, many = (seconds_to_mask(repeated * n + end) for n in (2_000, 32_000))

    assert many < 64 * few


def seconds_to_mask(text: str) -> float:
    """Return the least of a few times: processor time, to which other programs only add."""

    def once() -> float:
        began = time.thread_time()
        masked(text)
        return time.thread_time() - began

    return min(once() for _ in range(4))

from __future__ import annotations

import pytest

from serverless_runtime.shared.masking import masked


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

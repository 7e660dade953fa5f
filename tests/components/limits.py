"""Limits, and a test of each on both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Make = Callable[[Any], Any]

Limit = tuple[Make, list[Any], list[Any], str]
"""What is made of a value; values at a limit, values beyond it, and what is said of those."""


def cases(limits: Sequence[Limit], *, accepted: bool) -> list[Any]:
    """Parameters: what is made, of which value, and what is said if it is refused."""
    return [
        pytest.param(make, value, text, id=f"{number}-{str(value)[:20]}")
        for number, (make, right, wrong, text) in enumerate(limits)
        for value in (right if accepted else wrong)
    ]

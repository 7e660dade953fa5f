"""Values in values, for generated tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Values = st.SearchStrategy[Any]


def nested(scalars: Values, containers: Callable[[Values], Values], depth: int) -> Values:
    """Scalars, and containers of them up to this depth. To draw from `st.recursive` takes twice as
    long."""
    values = scalars
    for _ in range(depth):
        values = scalars | containers(values)
    return values

"""Validation of settings. Each raises ValueError with what is wrong, the limit, and the value."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any


def require_one_of(what: str, value: object, allowed: Collection[str]) -> None:
    """Reject what is not in `allowed`."""
    if value not in allowed:
        raise ValueError(f"{what} must be {' or '.join(allowed)}, got {value!r}")


def require_list(what: str, values: object, low: int, high: int) -> None:
    """Reject what is not a list (or tuple) of `low` to `high` different entries."""
    if not isinstance(values, (list, tuple)):
        raise ValueError(f"{what} must be a list, got {values!r}")
    if not low <= len(values) <= high:
        raise ValueError(f"{what} must have {low} to {high} entries, got {len(values)}")
    if len(set(map(repr, values))) < len(values):
        raise ValueError(f"{what} must all be different, got {values!r}")


def require_match(what: str, value: object, pattern: re.Pattern[str], example: str) -> None:
    """Reject what is not text that fully matches `pattern`."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{what} must look like {example}, got {value!r}")


def require_arn(what: str, value: Any, pattern: re.Pattern[str], example: str) -> None:
    """Reject text that is no such ARN. A Pulumi output is not checked: it has no text yet."""
    if not hasattr(value, "apply"):
        require_match(what, value, pattern, example)

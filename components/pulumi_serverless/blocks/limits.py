"""Checks of component arguments, so that a bad value fails in preview with an explanation."""

from __future__ import annotations

from collections.abc import Collection


def require_between(field: str, value: int, low: int, high: int) -> None:
    """Raise ValueError unless low <= value <= high, naming the field and both bounds."""
    if not low <= value <= high:
        raise ValueError(f"{field} must be between {low} and {high}, got {value}")


def require_at_least(field: str, value: int, low: int) -> None:
    """Raise ValueError unless value >= low, naming the field and the bound."""
    if value < low:
        raise ValueError(f"{field} must be at least {low}, got {value}")


def require_one_of(field: str, value: object, allowed: Collection[object]) -> None:
    """Raise ValueError unless `value` is one of `allowed`, naming them all."""
    if value not in allowed:
        choices = ", ".join(str(choice) for choice in allowed)
        raise ValueError(f"{field} must be one of {choices}, got {value!r}")

"""Checks of component arguments, so that a bad value fails in preview with an explanation."""

from __future__ import annotations

from collections.abc import Collection


def require_between(field: str, value: int, low: int, high: int) -> None:
    """Raise ValueError unless low <= value <= high, naming the field and both bounds."""
    if not _is_whole(value) or not low <= value <= high:
        raise ValueError(f"{field} must be between {low} and {high}, got {value!r}")


def require_at_least(field: str, value: int, low: int) -> None:
    """Raise ValueError unless value >= low, naming the field and the bound."""
    if not _is_whole(value) or value < low:
        raise ValueError(f"{field} must be at least {low}, got {value!r}")


def require_list(field: str, value: object) -> None:
    """Raise ValueError if `value` is one text, which would be taken apart into characters."""
    if isinstance(value, str) or not isinstance(value, Collection):
        raise ValueError(f"{field} must be a list, got {value!r}")


def require_one_of(field: str, value: object, allowed: Collection[object]) -> None:
    """Raise ValueError unless `value` is one of `allowed`, naming them all."""
    if value not in allowed:
        choices = ", ".join(str(choice) for choice in allowed)
        raise ValueError(f"{field} must be one of {choices}, got {value!r}")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

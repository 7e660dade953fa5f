"""Checks of what a function's own code calls the runtime with, before anything happens.

The checks of components, which read annotations, would cost a cold start too much.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeGuard

_LONGEST_SHOWN = 60


def require_a(what: str, value: object, kind: type[object], needed: str) -> None:
    """Raise ValueError unless the value is of that kind; `needed` names it."""
    if not isinstance(value, kind):
        raise ValueError(f"{what} must be {needed}, got {shown(value)}")


def require_text(what: str, value: object) -> None:
    """Raise ValueError unless the value is text that one can see."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{what} must be text and not empty, got {shown(value)}")


def require_callable(what: str, value: object) -> None:
    """Raise ValueError unless the value can be called."""
    if not callable(value):
        raise ValueError(f"{what} must be a function, got {shown(value)}")


def require_list(what: str, value: object, kind: type[object], needed: str) -> None:
    """Raise ValueError unless the value is a list of that kind: text would be taken apart."""
    if isinstance(value, str | bytes | bytearray) or not isinstance(value, Sequence):
        raise ValueError(f"{what} must be a list, got {shown(value)}")
    for number, each in enumerate(value):
        require_a(f"{what}[{number}]", each, kind, needed)


def require_one_of(what: str, value: object, allowed: Collection[str]) -> None:
    """Raise ValueError unless the value is one of those, naming them all."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{what} must be one of {', '.join(allowed)}, got {shown(value)}")


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether this is a finite number; True and False are none."""
    if isinstance(value, float):
        # Neither infinity nor NaN; the module math would cost every cold start.
        return value - value == 0
    return isinstance(value, int) and not isinstance(value, bool)


def shown(value: object) -> str:
    """Return enough of a value to recognise it; of what may be large or secret its kind alone."""
    if value is None or isinstance(value, str | bool | int | float):
        text = ascii(value)
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"a {type(value).__name__}"

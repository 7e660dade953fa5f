"""Checks of component arguments, so that a bad value fails in preview with an explanation."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol, TypeGuard, runtime_checkable

import pulumi

from serverless_runtime.shared.addresses import is_address

_LONGEST_SHOWN = 80

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, and halves of surrogate pairs: no service takes them, and UTF-8 has no such halves."""


@runtime_checkable
class Limit(Protocol):
    """A limit that the annotation of a field carries: `Annotated[int, Between(1, 900)]`."""

    def require(self, what: str, value: Any) -> None:
        """Raise ValueError, beginning with `what`, unless the value is within the limit."""


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`."""

    low: float
    high: float

    def require(self, what: str, value: Any) -> None:
        """Raise ValueError unless the number is in the range."""
        require_between(what, value, self.low, self.high)


@dataclass(frozen=True)
class AtLeast:
    """A number from `low` on."""

    low: int

    def require(self, what: str, value: Any) -> None:
        """Raise ValueError unless the number is large enough."""
        require_at_least(what, value, self.low)


@dataclass(frozen=True)
class Size:
    """How many entries there are in a list or mapping."""

    low: int
    high: int

    def require(self, what: str, value: Sized) -> None:
        """Raise ValueError unless the number of entries is in the range."""
        if not self.low <= len(value) <= self.high:
            raise ValueError(
                f"{what} must have {self.low} to {self.high} entries, got {len(value)}"
            )


@dataclass(frozen=True)
class Distinct:
    """A list without duplicates."""

    def require(self, what: str, value: Sequence[object]) -> None:
        """Raise ValueError, naming the place of the first duplicate, which may be a secret."""
        for number, each in enumerate(value):
            if each in value[:number]:
                raise ValueError(f"{what} must all be different, got {what}[{number}] before")


@dataclass(frozen=True)
class EmailAddress:
    """An email address that SES and SNS accept."""

    def require(self, what: str, value: str) -> None:
        """Raise ValueError unless it is one."""
        if not is_address(value):
            raise ValueError(
                f"{what} must be an email address like a@example.com, in ASCII, got {got(value)}"
            )


@dataclass(frozen=True)
class OneOf:
    """One of these values."""

    allowed: tuple[object, ...]

    def require(self, what: str, value: Any) -> None:
        """Raise ValueError unless it is one of them."""
        require_one_of(what, value, self.allowed)


@dataclass(frozen=True)
class Matches:
    """Text that fully matches a pattern; `example` says what the pattern means."""

    pattern: str
    example: str

    def require(self, what: str, value: Any) -> None:
        """Raise ValueError unless the text matches."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"{what} must be {self.example}, got {got(value)}")


def require_text(what: str, value: object) -> None:
    """Raise ValueError unless `value` is text that one can see."""
    if not isinstance(value, str):
        raise ValueError(f"{what} must be text, got {got(value)}")
    if not value.strip():
        raise ValueError(f"{what} must not be empty, got {value!r}")
    if found := _NO_TEXT.search(value):
        raise ValueError(f"{what} must be text, got U+{ord(found[0]):04X} in it")


def require_between(what: str, value: object, low: float, high: float) -> None:
    """Raise ValueError unless low <= value <= high, naming the field and both bounds."""
    if not is_number(value) or not low <= value <= high:
        raise ValueError(f"{what} must be between {low} and {high}, got {got(value)}")


def require_at_least(what: str, value: object, low: int) -> None:
    """Raise ValueError unless value >= low, naming the field and the bound."""
    if not is_number(value) or value < low:
        raise ValueError(f"{what} must be at least {low}, got {got(value)}")


def require_at_most(what: str, value: object, high: int) -> None:
    """Raise ValueError unless value <= high, naming the field and the bound."""
    if not is_number(value) or value > high:
        raise ValueError(f"{what} must be at most {high}, got {got(value)}")


def require_list(what: str, value: object) -> None:
    """Raise ValueError unless `value` is a list: one text would be taken apart into characters,
    and a set has no order."""
    if isinstance(value, str | bytes | bytearray) or not isinstance(value, Sequence):
        raise ValueError(f"{what} must be a list, got {got(value)}")


def require_mapping(what: str, value: object) -> None:
    """Raise ValueError unless `value` is a mapping."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} must be a mapping, got {got(value)}")


def require_one_of(what: str, value: object, allowed: Collection[object]) -> None:
    """Raise ValueError unless `value` is one of `allowed`, naming them all."""
    # 1 and 1.0 and True are equal, and not the same setting.
    if not any(type(value) is type(each) and value == each for each in allowed):
        choices = ", ".join(str(choice) for choice in allowed)
        raise ValueError(f"{what} must be one of {choices}, got {got(value)}")


def require_known(what: str, name: str, known: Collection[str]) -> None:
    """Raise ValueError unless the name is one of those that are known: the nearest first."""
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        names = ", ".join(known) or "none, as there are none"
        raise ValueError(f"{what} must be one of {names}, got {got(name)}{hint}")


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether this is a finite number; True and False are none."""
    # Not every whole number fits into what isfinite takes.
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def got(value: object) -> str:
    """Return a value as an error shows it: its text if it is short, otherwise what it is."""
    if isinstance(value, pulumi.Output):
        return "an output, which is known only after the deployment"
    plain = value is None or isinstance(value, str | bytes | int | float | list | tuple | Mapping)
    text = repr(value) if plain else f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"

"""What a deployment did, as lines to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

_SIGNS = {"created": "+", "updated": "~", "replaced": "±", "deleted": "-"}


def silent(_line: str) -> None:
    """Say nothing."""


class Change(NamedTuple):
    """One change that a deployment made."""

    done: str
    """created, updated, replaced or deleted."""

    urn: str

    because: tuple[str, ...] = ()
    """The properties that changed."""

    def __str__(self) -> str:
        _, _, rest = self.urn.partition("::")
        _, type_, name = rest.split("::", 2)
        reason = f" ({', '.join(self.because)})" if self.because else ""
        return f"{_SIGNS[self.done]} {self.done:<8} {type_.rpartition('$')[2]} {name}{reason}"


def counted(changes: Iterable[Change], *, unchanged: int) -> str:
    """How many of each there are."""
    counts = Counter(change.done for change in changes)
    parts = [f"{counts[done]} {done}" for done in _SIGNS if counts[done]]
    return ", ".join([*parts, f"{unchanged} unchanged"])

"""What branches have answered last, in this instance of the function."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

MAX_KEPT = 500
"""Answers: the one that has not been used for longest makes room."""


class LastAnswers:
    """Answers by branch and payload, with their ages."""

    def __init__(
        self, *, max_kept: int = MAX_KEPT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_kept = max_kept
        self._clock = clock
        self._kept: OrderedDict[tuple[str, bytes], tuple[float, Any]] = OrderedDict()

    def keep(self, branch: str, payload: bytes, answer: Any) -> None:
        """Keep the answer instead of the one before."""
        self._kept[branch, payload] = (self._clock(), answer)
        self._kept.move_to_end((branch, payload))
        if len(self._kept) > self._max_kept:
            self._kept.popitem(last=False)

    def find(self, branch: str, payload: bytes, max_age_seconds: float) -> tuple[float, Any] | None:
        """Return the age and the answer, or None if there is none that is young enough."""
        kept = self._kept.get((branch, payload))
        if kept is None or (age := self._clock() - kept[0]) > max_age_seconds:
            return None
        self._kept.move_to_end((branch, payload))
        return age, kept[1]

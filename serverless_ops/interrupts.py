"""Ends a run on a signal, but never between two steps that belong together: invoking the target
and deleting the message, receiving messages and recording them.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Raises KeyboardInterrupt for Ctrl-C, SIGTERM and a lost terminal, outside of shields only.

    A second signal does not wait for the shield to end.
    """

    def __init__(self) -> None:
        self._shields = 0
        self._pending = False

    @contextmanager
    def handled(self) -> Iterator[Interrupts]:
        """Handle the signals while the block runs."""
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Let the block finish; a signal that arrives meanwhile is raised afterwards."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if self._pending and not self._shields:
            self._pending = False
            raise KeyboardInterrupt

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._shields and not self._pending:
            self._pending = True
            return
        self._pending = False
        raise KeyboardInterrupt

"""For a process that ends with its program: what is left then is the operating system's."""

from __future__ import annotations

import atexit
import gc


def leave_garbage() -> None:
    """Look for garbage seldom, and do not take all modules apart at the end, for which the engine
    waits: together a fifth of a preview."""
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)

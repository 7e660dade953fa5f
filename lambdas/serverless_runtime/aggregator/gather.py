"""Several questions at the same time, and what has been answered when time is up."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from serverless_runtime.service_calls.deadline import Deadline


class Outcome(NamedTuple):
    """What a question has come to: a value or an error."""

    value: Any = None
    error: Exception | None = None


def gather(asks: Mapping[str, Callable[[], Any]], deadline: Deadline) -> dict[str, Outcome]:
    """Call all at the same time, each in a thread; return the outcomes by name at the deadline at
    the latest, without those that are not known by then.

    A thread that takes longer runs on, and its outcome is forgotten: what it waits for needs a
    timeout of its own.
    """
    found: dict[str, Outcome] = {}
    changed = threading.Condition()

    def run(name: str, ask: Callable[[], Any]) -> None:
        try:
            outcome = Outcome(value=ask())
        except Exception as error:
            outcome = Outcome(error=error)
        with changed:
            found[name] = outcome
            changed.notify()

    for name, ask in asks.items():
        # With the ids that are bound to the log lines of this invocation.
        context = contextvars.copy_context()
        arguments = (run, name, ask)
        threading.Thread(target=context.run, args=arguments, name=name, daemon=True).start()
    with changed:
        changed.wait_for(lambda: len(found) == len(asks), max(deadline.seconds_left(), 0))
        return dict(found)

"""The caller's side: `Handoff().commit(writes, event)` for a function, `Publisher()` for others."""

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff

__all__ = ["Event", "Handoff"]

"""The caller's side of a handoff: `Handoff().commit(writes, event)`."""

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff

__all__ = ["Event", "Handoff"]

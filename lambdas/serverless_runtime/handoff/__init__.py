"""The caller's side: `Handoff().commit(writes, event)` for a function, `Publisher()` for others.

A target reads a `ReceivedEvent`, which callers do not load.
"""

from typing import TYPE_CHECKING

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff

__all__ = ["Event", "Handoff", "Publisher", "ReceivedEvent", "UnreadableEventError"]

if TYPE_CHECKING:
    from serverless_runtime.handoff.publisher import Publisher
    from serverless_runtime.handoff.received import ReceivedEvent, UnreadableEventError
else:

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name == "Publisher":
            from serverless_runtime.handoff import publisher as module  # noqa: PLC0415
        else:
            from serverless_runtime.handoff import received as module  # noqa: PLC0415
        return getattr(module, name)

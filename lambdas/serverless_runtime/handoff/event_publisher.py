"""The runtime class that an `EventPublisher` component names; `Handoff` is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from serverless_runtime.handoff.event import Event


class EventPublisher(Protocol):
    """Publishes events together with the writes that they are about."""

    def commit(self, writes: Sequence[Mapping[str, Any]], event: Event) -> bool:
        """Store `writes` (1 to 99 of DynamoDB's TransactItems) and the event, or neither.

        Raises what DynamoDB raises, the cancellation reasons in the order of `writes`; once both
        are stored, nothing. Returns whether the event has been passed on already.
        """
        ...

"""Task events by handoff."""

from __future__ import annotations

from lambdas.contracts.task_event import TaskEvent
from lambdas.handoff.hand_off import Handoff


class HandedOffEvents:
    """Fulfils `Events` with an asynchronous invoke of the handoff's target."""

    def __init__(self, handoff: Handoff) -> None:
        self._handoff = handoff

    def hand_off(self, event: TaskEvent) -> None:
        """Hand the event off; a failure is logged by the handoff, with the event's id."""
        self._handoff.hand_off(
            event_id=event.event_id,
            correlation_id=event.correlation_id,
            payload=event.to_wire(),
        )

"""Where the verbs' task events go."""

from __future__ import annotations

from typing import Protocol

from lambdas.contracts.task_event import TaskEvent


class Events(Protocol):
    """The way out for task events."""

    def hand_off(self, event: TaskEvent) -> None:
        """Give the event to whoever acts on it. Raises nothing: the task is stored by now."""
        ...

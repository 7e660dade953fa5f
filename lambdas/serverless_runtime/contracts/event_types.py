"""The types of task events."""

from __future__ import annotations

from typing import Literal, get_args

EventType = Literal["task.created.v1", "task.completed.v1", "task.deleted.v1"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

"""Channels and dead letters that record calls, and a clock that is set by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection

from serverless_runtime.contracts.event_types import EVENT_TYPES, EventType
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.once.settings import Guarantee


class Clock:
    now = 1_772_357_400.0

    def __call__(self) -> float:
        return self.now


_turns = itertools.count()


class RecordingChannel:
    event_types: Collection[EventType] = EVENT_TYPES
    budget_seconds = 10.0
    failures = 0

    def __init__(self, name: str = "email", guarantee: Guarantee = "at_least_once") -> None:
        self.name = name
        self.recipient = f"{name} of the team"
        self.guarantee: Guarantee = guarantee
        self.calls = 0
        self._served_at = -1
        self.sent: list[str] = []
        self.before_sending: Callable[[], None] = lambda: None

    def send(self, event: TaskEvent) -> str:
        self.calls += 1
        self.before_sending()
        self.sent.append(event.event_id)
        self._served_at = next(_turns)
        return f"{self.name}-{len(self.sent)}"

    def served_before(self, other: RecordingChannel) -> bool:
        return self._served_at < other._served_at


class RecordingDeadLetters:
    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.error_types: list[str] = []
        self.rejects = False

    def add(self, reason: str, error_type: str) -> None:
        if self.rejects:
            raise ConnectionError("queue is unavailable")
        self.reasons.append(reason)
        self.error_types.append(error_type)


class KilledError(BaseException):
    """A timeout: nothing in the function catches it."""


def raises(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


reject = raises(ChannelError("the provider rejected it"))
be_killed = raises(KilledError())

"""The message from the task service to the notification service: a CloudEvents 1.0 event.

It carries a snapshot of the task, so its consumer never needs the tasks table. A change that an old
consumer would misread gets a new type (`task.created.v2`); a new optional field does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from serverless_runtime.contracts.event_types import EVENT_TYPES, EventType
from serverless_runtime.contracts.task import MalformedTaskError, Task
from serverless_runtime.shared.characters import problem_in
from serverless_runtime.shared.frozen import frozen, replace
from serverless_runtime.shared.timestamps import from_text

MAX_WIRE_BYTES = 200_000
"""Leaves room for the failure record Lambda wraps around it: a queue message holds 256 KiB."""

MAX_ID_CHARACTERS = 512
"""Of each id and of the source: they go into keys, headers and log lines."""

_SPEC_VERSION = "1.0"
_CONTENT_TYPE = "application/json"
_MAX_COUNT = 2**31 - 1  # CloudEvents' Integer
_SOURCE = "/task-service"
_EVENT_IDS = "2b3c6b0e-6f0e-5d1c-9c55-0d9a1c0f4f0a"


class UnreadableEventError(Exception):
    """The payload is not a task event that this version understands; a retry cannot help."""


class EventTooLargeError(ValueError):
    """The event would not fit into a dead letter."""


@frozen
class TaskEvent:
    """Something that happened to one task. Raises EventTooLargeError if it is too large."""

    event_id: str
    """The same however often the event is sent: the idempotency key."""

    event_type: EventType
    """What happened; CloudEvents `type`."""

    time: str
    """When it happened, RFC 3339."""

    correlation_id: str
    """The API request that caused it; carried into every log line."""

    replays: int = 0
    """How often it has been replayed from the dead-letter queue."""

    source: str = _SOURCE
    task: Task
    """The task after the change, or before its deletion."""

    def __post_init__(self) -> None:
        if (size := len(self.to_wire())) > MAX_WIRE_BYTES:
            raise EventTooLargeError(
                f"a task event must be at most {MAX_WIRE_BYTES} bytes on the wire, got {size}"
            )

    @classmethod
    def about(cls, task: Task, event_type: EventType, *, time: str, correlation_id: str) -> Self:
        """Return an event about `task`; its id is derived from task id, version and event type."""
        # What only reads events does without at its cold start.
        import uuid  # noqa: PLC0415

        name = f"{task.task_id}/{task.version}/{event_type}"
        return cls(
            event_id=str(uuid.uuid5(uuid.UUID(_EVENT_IDS), name)),
            event_type=event_type,
            time=time,
            correlation_id=correlation_id,
            task=task,
        )

    def replayed(self) -> Self:
        """Return the same event with one more replay."""
        return replace(self, replays=self.replays + 1)

    @property
    def attributes(self) -> dict[str, str]:
        """The CloudEvents attributes that say what happened to which task, and when."""
        return {
            "source": self.source,
            "type": self.event_type,
            "subject": self.task.task_id,
            "time": self.time,
        }

    def to_payload(self) -> dict[str, Any]:
        """Return the event in CloudEvents' structured JSON form."""
        return {
            "specversion": _SPEC_VERSION,
            "id": self.event_id,
            **self.attributes,
            "datacontenttype": _CONTENT_TYPE,
            "correlationid": self.correlation_id,
            "replays": self.replays,
            "data": self.task.to_document(),
        }

    def to_wire(self) -> bytes:
        """Return the payload as JSON in ASCII: SQS rejects some characters, even in a dead letter.

        MAX_WIRE_BYTES counts the up to six bytes of an escaped character.
        """
        return _to_wire(self.to_payload())

    def data_to_wire(self) -> bytes:
        """Return the task alone, as in the event on the wire: what a handoff is given."""
        return _to_wire(self.task.to_document())

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        """Read any decoded JSON value; unknown attributes are ignored.

        Raises UnreadableEventError with the attribute, what it must be, and what it is.
        """
        if not isinstance(payload, Mapping):
            raise UnreadableEventError(
                f"a task event must be a JSON object, got {type(payload).__name__}"
            )
        _require(payload, "specversion", (_SPEC_VERSION,))
        _require(payload, "type", EVENT_TYPES)
        _require(payload, "datacontenttype", (_CONTENT_TYPE,))
        task = _task(payload)
        _require_short("data.id", task.task_id)
        if payload.get("subject") != task.task_id:
            raise UnreadableEventError(
                "task event subject must be the id of the task in data, "
                f"got {_shown(payload.get('subject'))}"
            )
        try:
            return cls(
                event_id=_text(payload, "id"),
                event_type=payload["type"],
                time=_timestamp(payload, "time"),
                correlation_id=_text(payload, "correlationid"),
                replays=_count(payload, "replays"),
                source=_text(payload, "source"),
                task=task,
            )
        except EventTooLargeError as error:
            raise UnreadableEventError(str(error)) from error


def _to_wire(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def _task(payload: Mapping[str, Any]) -> Task:
    try:
        return Task.from_document(payload.get("data"))
    except MalformedTaskError as error:
        raise UnreadableEventError(f"task event data: {error}") from error


def _require(payload: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    value = payload.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise UnreadableEventError(
            f"task event {name} must be {' or '.join(allowed)}, got {_shown(value)}"
        )


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableEventError(
            f"task event {name} must be text and not empty, got {_shown(value)}"
        )
    if problem := problem_in(value):
        raise UnreadableEventError(f"task event {name} must be text, but {problem}")
    _require_short(name, value)
    return value


def _require_short(name: str, value: str) -> None:
    if len(value) > MAX_ID_CHARACTERS:
        raise UnreadableEventError(
            f"task event {name} must be at most {MAX_ID_CHARACTERS} characters, got {len(value)}"
        )


def _timestamp(payload: Mapping[str, Any], name: str) -> str:
    value = _text(payload, name)
    try:
        from_text(value)
    except ValueError as error:
        raise UnreadableEventError(f"task event {name}: {error}; got {_shown(value)}") from error
    return value


def _count(payload: Mapping[str, Any], name: str) -> int:
    value = payload.get(name)
    if type(value) is not int or not 0 <= value <= _MAX_COUNT:
        raise UnreadableEventError(
            f"task event {name} must be a whole number from 0 to {_MAX_COUNT}, got {_shown(value)}"
        )
    return value


def _shown(value: object) -> str:
    """Return enough of `value` to recognise it; the text ends up in logs and dead letters."""
    if value is None:
        return "nothing"
    return ascii(value[:60]) if isinstance(value, str) else type(value).__name__

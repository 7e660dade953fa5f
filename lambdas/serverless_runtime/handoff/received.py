"""What a target of a handoff receives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from serverless_runtime.shared.characters import problem_in
from serverless_runtime.shared.frozen import frozen

__all__ = ["ReceivedEvent", "UnreadableEventError"]


_MAX_ID_CHARACTERS = 512
"""What the caller's side allows in bytes; ids go into keys and log lines."""


class UnreadableEventError(ValueError):
    """The function was not invoked by a handoff; a retry cannot help."""


@frozen
class ReceivedEvent:
    """One event as its target sees it, the same for every delivery except for `replays`."""

    event_id: str
    """The same for every delivery of the same occurrence: the idempotency key."""

    correlation_id: str
    """The request that caused it, for log lines."""

    replays: int
    """How often it has been replayed from the dead-letter queue."""

    payload: Any
    """What the caller handed off, decoded."""

    attributes: Mapping[str, str]
    """CloudEvents attributes: `type`, `source`, and those that the caller added."""

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        """Read what Lambda calls the handler with. Raises UnreadableEventError."""
        if not isinstance(payload, Mapping) or "data" not in payload:
            raise UnreadableEventError(
                "an event of a handoff must be a JSON object with id, correlationid, replays and "
                f"data, got {_shown(payload)}; invoke the function through a handoff"
            )
        replays = payload.get("replays")
        if type(replays) is not int or replays < 0:
            raise UnreadableEventError(
                f"replays of the event must be a whole number from 0, got {_shown(replays)}"
            )
        own = {"id", "correlationid", "specversion", "datacontenttype", "data"}
        return cls(
            event_id=_text(payload, "id"),
            correlation_id=_text(payload, "correlationid"),
            replays=replays,
            payload=payload["data"],
            attributes={
                name: value
                for name, value in payload.items()
                if name not in own and isinstance(value, str)
            },
        )

    @property
    def ids(self) -> dict[str, str]:
        """For the `extra` of a log line."""
        return {"event_id": self.event_id, "correlation_id": self.correlation_id}


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableEventError(
            f"{name} of the event must be text and not empty, got {_shown(value)}"
        )
    if problem := problem_in(value):
        raise UnreadableEventError(f"{name} of the event must be text, but {problem}")
    if len(value) > _MAX_ID_CHARACTERS:
        raise UnreadableEventError(
            f"{name} of the event must be at most {_MAX_ID_CHARACTERS} characters, got {len(value)}"
        )
    return value


def _shown(value: object) -> str:
    """Its kind alone: the text ends up in logs and dead letters."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return f"an object with {', '.join(sorted(map(ascii, value))[:8]) or 'nothing'}"
    return type(value).__name__

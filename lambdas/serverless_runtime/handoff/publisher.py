"""The publisher's side of a topic or a queue: an event is committed with the caller's writes.

It waits in the outbox until SNS or SQS has accepted it, as every handed-off event does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from serverless_runtime.handoff.event import Event, require_event
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.message import require_message
from serverless_runtime.handoff.settings import (
    EVENT_TYPES,
    HandoffSettings,
    handoff_prefix,
    only_name,
    read_handoff_settings,
)
from serverless_runtime.shared.arguments import require_list, require_text


class Publisher:
    """Publishes events of the declared types to one topic or queue.

    Without an outbox table publishing is best effort: an event that is not accepted is logged and
    lost.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        settings: HandoffSettings | None = None,
        event_types: Sequence[str] = (),
        client: Any = None,
        target_client: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use the function's publisher of that name; without a name, its only one.

        Everything else is as for a `Handoff`; `target_client` is for SNS or SQS. `event_types`, if
        `settings` are given: what may be published; without any, every type.
        """
        require_list("event_types", event_types, str, "the name of a type")
        for each in event_types:
            require_text("each of event_types", each)
        if settings is None:
            name = only_name(os.environ) if name is None else name
            settings, event_types = read_handoff_settings(name), _event_types(name)
        self._types = frozenset(event_types)
        self._handoff = Handoff(
            settings=settings, client=client, target_client=target_client, clock=clock
        )

    def commit(self, writes: Sequence[Mapping[str, Any]], event: Event) -> bool:
        """Store the caller's writes and the event, all or nothing; then publish the event.

        As `Handoff.commit`. ValueError, before anything is stored, for an event that is not of a
        declared type or that no subscriber could get.
        """
        self._require(event)
        return self._handoff.commit(writes, event)

    def publish(self, event: Event) -> bool:
        """Publish an event that belongs to no write of the caller's; as `Handoff.hand_off`.

        ValueError, before anything has happened, for the same events.
        """
        self._require(event)
        return self._handoff.hand_off(event)

    def _require(self, event: Event) -> None:
        require_event(event)
        require_message(event)
        kind = event.attributes["type"]
        # A misspelled type would match no filter, and nobody would notice.
        if self._types and kind not in self._types:
            raise ValueError(
                f"type must be one of {', '.join(sorted(self._types))}, got {kind!r}; "
                "declare it in the publisher's event_types"
            )


def _event_types(name: str) -> list[str]:
    return os.environ.get(f"{handoff_prefix(name)}{EVENT_TYPES}", "").split()

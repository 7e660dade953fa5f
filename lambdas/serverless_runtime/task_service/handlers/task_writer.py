"""What the functions that write tasks share; those that only read must not import it."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.handoff import Event
from serverless_runtime.handoff.metrics import HANDED_OFF, NAMESPACE
from serverless_runtime.shared import json_log
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.metrics import EVENT_TYPE, Counter, own_component
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from serverless_runtime.task_service.settings import TaskWriterSettings
from serverless_runtime.web.settings import TableSettings

if TYPE_CHECKING:  # A cold start does without.
    from serverless_runtime.handoff.event_publisher import EventPublisher


class WireEventPublisher:
    """Fulfils `TaskEventPublisher`: publishes task events in their form on the wire, and counts
    those that were passed on at once."""

    def __init__(self, publisher: EventPublisher, counter: Counter) -> None:
        self._publisher = publisher
        self._counter = counter

    def commit(self, writes: Sequence[Mapping[str, Any]], event: TaskEvent) -> None:
        """Store the writes and the event together, and publish the event.

        Raises what DynamoDB raises; once they are stored, nothing.
        """
        accepted = self._publisher.commit(
            writes,
            Event(
                event_id=event.event_id,
                correlation_id=event.correlation_id,
                payload=event.data_to_wire(),
                log_fields={"task_id": event.task.task_id},
                attributes=event.attributes,
            ),
        )
        json_log.bind(event_id=event.event_id)
        if accepted:
            self._counter.count(HANDED_OFF, {EVENT_TYPE: event.event_type})


@functools.cache
def task_writer() -> DynamoTaskWriter:
    """Return the writer of tasks with its event publisher, from the settings in the environment."""
    return DynamoTaskWriter(
        read_settings(TableSettings).table_name,
        WireEventPublisher(
            _publisher(read_settings(TaskWriterSettings).event_publisher),
            Counter(NAMESPACE, own_component()),
        ),
    )


def _publisher(import_path: str) -> EventPublisher:
    module, _, name = import_path.rpartition(".")
    try:
        make = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            "EVENT_PUBLISHER must be the import path of a class or function in the function's "
            f"bundle, as in package.module.name; got {import_path!r}: {error}"
        ) from error
    publisher: EventPublisher = make()
    return publisher

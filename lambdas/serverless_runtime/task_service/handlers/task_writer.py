"""What the functions that write tasks share; those that only read must not import it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.handoff import Event, Handoff
from serverless_runtime.handoff.metrics import HANDED_OFF, NAMESPACE
from serverless_runtime.shared import json_log
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.metrics import EVENT_TYPE, Counter, MetricsSettings
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from serverless_runtime.task_service.settings import TaskSettings


class HandoffEventPublisher:
    """Fulfils `EventPublisher` with a handoff."""

    def __init__(self, handoff: Handoff, counter: Counter) -> None:
        self._handoff = handoff
        self._counter = counter

    def commit(self, writes: Sequence[Mapping[str, Any]], event: TaskEvent) -> None:
        """Store the writes and the event together, and hand the event off.

        Raises what DynamoDB raises; once they are stored, nothing.
        """
        accepted = self._handoff.commit(
            writes,
            Event(
                event_id=event.event_id,
                correlation_id=event.correlation_id,
                payload=event.to_wire(),
                log_fields={"task_id": event.task.task_id},
            ),
        )
        json_log.bind(event_id=event.event_id)
        if accepted:
            self._counter.count(HANDED_OFF, {EVENT_TYPE: event.event_type})


@functools.cache
def task_writer() -> DynamoTaskWriter:
    """Return the writer of tasks with its event publisher, from the settings in the environment."""
    return DynamoTaskWriter(
        read_settings(TaskSettings).tasks_table_name,
        HandoffEventPublisher(
            Handoff(),
            Counter(NAMESPACE, read_settings(MetricsSettings).metrics_stack),
        ),
    )

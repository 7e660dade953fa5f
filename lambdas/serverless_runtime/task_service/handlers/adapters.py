"""What the functions that change tasks work with; those that only read must not import it."""

from __future__ import annotations

import functools

from serverless_runtime.handoff import Handoff
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.metrics import Counter, MetricsSettings
from serverless_runtime.task_service.dynamo_task_changes import DynamoTaskChanges
from serverless_runtime.task_service.handed_off_events import HandedOffEvents
from serverless_runtime.task_service.settings import TaskSettings


@functools.cache
def changing_tasks() -> DynamoTaskChanges:
    """Return the tasks table with the way out for events, from the environment's settings."""
    return DynamoTaskChanges(
        read_settings(TaskSettings).tasks_table_name,
        HandedOffEvents(
            Handoff.from_environment(), Counter(read_settings(MetricsSettings).metrics_stack)
        ),
    )

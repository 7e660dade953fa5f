"""What the functions that change tasks work with; those that only read must not import it."""

from __future__ import annotations

import functools

from lambdas.handoff.hand_off import Handoff
from lambdas.shared.environment import read_settings
from lambdas.shared.metrics import Counter, MetricsSettings
from lambdas.task_service.dynamo_task_changes import DynamoTaskChanges
from lambdas.task_service.handed_off_events import HandedOffEvents
from lambdas.task_service.settings import TaskSettings


@functools.cache
def changing_tasks() -> DynamoTaskChanges:
    """Return the tasks table with the way out for events, from the environment's settings."""
    return DynamoTaskChanges(
        read_settings(TaskSettings).tasks_table_name,
        HandedOffEvents(
            Handoff.from_environment(), Counter(read_settings(MetricsSettings).metrics_stack)
        ),
    )

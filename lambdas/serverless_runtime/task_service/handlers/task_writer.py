"""What the functions that write tasks share; those that only read must not import it."""

from __future__ import annotations

import functools

from serverless_runtime.handoff import Handoff
from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.metrics import Counter, MetricsSettings
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from serverless_runtime.task_service.event_publisher import HandoffEventPublisher
from serverless_runtime.task_service.settings import TaskSettings


@functools.cache
def task_writer() -> DynamoTaskWriter:
    """Return the writer of tasks with its event publisher, from the settings in the environment."""
    return DynamoTaskWriter(
        read_settings(TaskSettings).tasks_table_name,
        HandoffEventPublisher(
            Handoff.from_environment(),
            Counter(NAMESPACE, read_settings(MetricsSettings).metrics_stack),
        ),
    )

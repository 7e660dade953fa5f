"""What the functions that change tasks work with; those that only read must not import it."""

from __future__ import annotations

import functools

from lambdas.handoff.hand_off import Handoff
from lambdas.handoff.settings import HandoffSettings
from lambdas.shared.environment import read_settings
from lambdas.task_service.dynamo_tasks import DynamoTasks
from lambdas.task_service.handed_off_events import HandedOffEvents
from lambdas.task_service.settings import TaskSettings


@functools.cache
def writing_adapters() -> tuple[DynamoTasks, HandedOffEvents]:
    """Return the tasks table and the way out for events, from the environment's settings."""
    return (
        DynamoTasks(read_settings(TaskSettings).tasks_table_name),
        HandedOffEvents(Handoff(read_settings(HandoffSettings).handoff_target_arn)),
    )

"""What the task functions need from their environment."""

from dataclasses import dataclass

REQUEST_COMPLETED = "request completed"
"""A log message that `serverless_ops trace` searches for."""

STATUS_INDEX = "by-status"
"""Index of the tasks table, keyed by status and shard."""


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """What the task functions use."""

    tasks_table_name: str
    """Table of tasks, and of the responses stored for idempotency keys."""

    event_publisher: str | None = None
    """Import path of what the functions that write call, without arguments, for the
    `handoff.event_publisher.EventPublisher` of their events. The others have none."""

"""What the task functions need from their environment, beside their table."""

from __future__ import annotations

from serverless_runtime.shared.frozen import frozen

STATUS_INDEX = "by-status"
"""Index of the tasks table, keyed by status and shard."""


@frozen
class TaskWriterSettings:
    """What the functions that write use."""

    event_publisher: str
    """Import path of what they call, without arguments, for the
    `handoff.event_publisher.EventPublisher` of their events."""

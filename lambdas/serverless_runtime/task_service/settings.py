"""What every task function needs from its environment."""

from dataclasses import dataclass

STATUS_INDEX = "by-status"
"""The tasks' index by status."""


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    tasks_table_name: str
    """Table of tasks and of the answers kept for idempotency keys."""

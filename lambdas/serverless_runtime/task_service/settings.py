"""What every task function needs from its environment."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    tasks_table_name: str
    """Table of tasks and of the answers kept for idempotency keys."""

"""How a task is stored in the tasks table.

Tasks are spread over a few shards by their id: one partition key for all of them would send
every write and every list to one partition. Within a shard, ids sort by age.
"""

from __future__ import annotations

import zlib
from typing import Any

from serverless_runtime.contracts.task import Task

SHARDS = tuple("0123")
"""Adding one moves existing ids to other shards: it needs a migration."""

Row = dict[str, dict[str, Any]]


def shard_of(task_id: str) -> str:
    """Return the shard of a task."""
    return SHARDS[zlib.crc32(task_id.encode()) % len(SHARDS)]


def key_of(task_id: str) -> Row:
    """Return the task's primary key."""
    return {"shard": {"S": shard_of(task_id)}, "task_id": {"S": task_id}}


def row_of(task: Task, write_id: str) -> Row:
    """Return the task's row; `write_id` is unique to this write."""
    texts = {
        "title": task.title,
        "detail": task.detail,
        "status": task.status,
        "status_shard": f"{task.status}#{shard_of(task.task_id)}",
        "due_at": task.due_at,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "write_id": write_id,
    }
    row: Row = {name: {"S": value} for name, value in texts.items() if value is not None}
    return {**key_of(task.task_id), **row, "version": {"N": str(task.version)}}


def task_of(row: Row) -> Task:
    """Read a row that `row_of` wrote."""
    return Task(
        task_id=row["task_id"]["S"],
        title=row["title"]["S"],
        detail=row["detail"]["S"] if "detail" in row else None,
        status=row["status"]["S"],
        due_at=row["due_at"]["S"] if "due_at" in row else None,
        created_at=row["created_at"]["S"],
        updated_at=row["updated_at"]["S"],
        version=int(row["version"]["N"]),
    )

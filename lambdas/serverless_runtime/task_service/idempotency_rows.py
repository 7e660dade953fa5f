"""How the answer to a request with an idempotency key is kept in the tasks table.

It shares the table so that one transaction can hold it and the task; its shard is none of the
tasks' shards, so no list sees it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.task_service.create_task import Claim
from serverless_runtime.task_service.task_rows import Row

KEPT_FOR = timedelta(hours=24)


def put_unless_kept(task: Task, claim: Claim, at: datetime) -> dict[str, Any]:
    """Return the Put that keeps `task` as the claim's answer, unless one is kept already."""
    return {
        "Item": {
            "shard": {"S": f"idempotency#{hashlib.sha256(claim.key.encode()).hexdigest()}"},
            "task_id": {"S": "idempotency"},
            "request_hash": {"S": claim.fingerprint},
            "first_answer": {"S": json.dumps(task.to_document())},
            "expires_at": {"N": str(int((at + KEPT_FOR).timestamp()))},
        },
        # DynamoDB deletes expired rows some time later, up to days; until then they count as gone.
        "ConditionExpression": "attribute_not_exists(task_id) OR expires_at <= :now",
        "ExpressionAttributeValues": {":now": {"N": str(int(at.timestamp()))}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def fingerprint_of(row: Row) -> str:
    """Return the fingerprint of the request the row answers."""
    return str(row["request_hash"]["S"])


def task_of(row: Row) -> Task:
    """Return the task as the first answer showed it."""
    return Task.from_document(json.loads(row["first_answer"]["S"]))

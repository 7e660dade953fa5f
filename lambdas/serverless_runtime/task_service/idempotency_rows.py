"""How the response to a request with an idempotency key is stored in the tasks table.

It is in the same table so that one transaction can write it and the task; its shard is none of the
tasks' shards, so no list contains it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.task_service.task_rows import Row

RETENTION = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An idempotency key and the fingerprint of its request."""

    key: str
    fingerprint: str


def put_unless_stored(task: Task, claim: Claim, at: datetime) -> dict[str, Any]:
    """Return the Put that stores `task` as the response, unless the claim has one already."""
    return {
        "Item": {
            "shard": {"S": f"idempotency#{hashlib.sha256(claim.key.encode()).hexdigest()}"},
            "task_id": {"S": "idempotency"},
            "request_hash": {"S": claim.fingerprint},
            "first_response": {"S": json.dumps(task.to_document())},
            "expires_at": {"N": str(int((at + RETENTION).timestamp()))},
        },
        # DynamoDB deletes expired rows up to days later; until then they are treated as deleted.
        "ConditionExpression": "attribute_not_exists(task_id) OR expires_at <= :now",
        "ExpressionAttributeValues": {":now": {"N": str(int(at.timestamp()))}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def fingerprint_of(row: Row) -> str:
    """Return the fingerprint of the row's request."""
    return str(row["request_hash"]["S"])


def task_of(row: Row) -> Task:
    """Return the task as in the first response."""
    return Task.from_document(json.loads(row["first_response"]["S"]))

"""Tasks in DynamoDB, one at a time.

Every write carries a fresh write id. When the SDK repeats a write whose answer was lost, the
condition fails on our own first write; the write id in the row says so.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdas.contracts.task import Task
from lambdas.shared import aws
from lambdas.task_service import idempotency_rows
from lambdas.task_service.contention import tries
from lambdas.task_service.create_task import Claim
from lambdas.task_service.dynamo_errors import (
    cancellation_codes,
    cancellation_reasons,
    is_condition_failure,
    passing_errors_named,
    was_repeated,
)
from lambdas.task_service.errors import ContentionError, KeyReusedError
from lambdas.task_service.task_rows import Row, key_of, row_of, task_of

_VERSION_READ = {
    "ConditionExpression": "version = :read",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
_NEW = {
    "ConditionExpression": "attribute_not_exists(task_id)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}


class DynamoTasks:
    """Fulfils `NewTasks`, `OneTask`, `ChangingTasks` and `DeletableTasks`.

    Every method raises StoreUnavailableError when the table throttles or is silent.
    """

    def __init__(self, table_name: str, client: Any = None) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")

    def get(self, task_id: str) -> Task | None:
        """Return the task as last written, or None."""
        with passing_errors_named():
            answer = self._client.get_item(
                TableName=self._table_name, Key=key_of(task_id), ConsistentRead=True
            )
        return task_of(answer["Item"]) if "Item" in answer else None

    def create(self, task: Task) -> None:
        """Store a new task."""
        row = row_of(task, uuid.uuid4().hex)
        with passing_errors_named():
            try:
                self._client.put_item(TableName=self._table_name, Item=row, **_NEW)
            except ClientError as error:
                if not _is_ours(error, row):
                    raise

    def replace(self, task: Task, *, version_read: int) -> bool:
        """Store the task if the stored one still is `version_read`; return whether it was."""
        row = row_of(task, uuid.uuid4().hex)
        with passing_errors_named():
            try:
                self._client.put_item(
                    TableName=self._table_name,
                    Item=row,
                    ExpressionAttributeValues={":read": {"N": str(version_read)}},
                    **_VERSION_READ,
                )
            except ClientError as error:
                if not is_condition_failure(error):
                    raise
                return _is_ours(error, row)
        return True

    def delete(self, task: Task) -> bool:
        """Delete the task if the stored one still has its version; return whether it had."""
        with passing_errors_named():
            try:
                self._client.delete_item(
                    TableName=self._table_name,
                    Key=key_of(task.task_id),
                    ExpressionAttributeValues={":read": {"N": str(task.version)}},
                    **_VERSION_READ,
                )
            except ClientError as error:
                if not is_condition_failure(error):
                    raise
                # Gone, and we asked twice: the first request deleted it and its answer was lost.
                return "Item" not in error.response and was_repeated(error)
        return True

    def create_once(self, task: Task, claim: Claim, at: datetime) -> Task:
        """Store the task and the claim in one transaction, or return the claim's first task.

        Raises KeyReusedError and ContentionError.
        """
        put_task = {"TableName": self._table_name, "Item": row_of(task, uuid.uuid4().hex), **_NEW}
        put_claim = {
            "TableName": self._table_name,
            **idempotency_rows.put_unless_kept(task, claim, at),
        }
        for _ in tries():
            kept = self._write_both(put_task, put_claim)
            if kept is None:
                return task
            if kept:
                if idempotency_rows.fingerprint_of(kept) != claim.fingerprint:
                    raise KeyReusedError
                return idempotency_rows.task_of(kept)
        raise ContentionError("another request with this Idempotency-Key is being answered")

    def _write_both(self, put_task: dict[str, Any], put_claim: dict[str, Any]) -> Row | None:
        """Return None when written, the claim's row when it was there, {} to try again.

        The SDK adds a client request token, so its own repeats cannot collide with themselves.
        """
        with passing_errors_named():
            try:
                self._client.transact_write_items(
                    TransactItems=[{"Put": put_task}, {"Put": put_claim}]
                )
            except ClientError as error:
                match cancellation_codes(error):
                    case [_, "ConditionalCheckFailed"]:
                        return dict(cancellation_reasons(error)[1]["Item"])
                    case codes if "TransactionConflict" in codes:
                        return {}
                raise
        return None


def _is_ours(error: ClientError, row: Row) -> bool:
    stored = error.response.get("Item", {})
    return is_condition_failure(error) and stored.get("write_id") == row["write_id"]

"""Writes tasks to DynamoDB, together with their events.

A change with an event is one transaction of both. Its client request token makes retries of the
request harmless. A change without an event is a conditional write; there the unique write id in
each row shows whether it was our own first request, whose response was lost, that made the
condition fail.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.aws.errors import (
    ServiceError,
    is_condition_failure,
    service_errors,
)
from serverless_runtime.task_service.dynamo_task_reader import DynamoTaskReader
from serverless_runtime.task_service.task_rows import Row, key_of, row_of
from serverless_runtime.web.conflict_retries import retry_attempts
from serverless_runtime.web.dynamo_errors import (
    cancellation_codes,
    cancellation_reasons,
    is_conflict,
    translate_transient_errors,
)
from serverless_runtime.web.errors import ContentionError
from serverless_runtime.web.idempotency import Claim, first_response, put_unless_stored

_NEW = {"ConditionExpression": "attribute_not_exists(task_id)"}


class TaskEventPublisher(Protocol):
    """Publishes task events."""

    def commit(self, writes: Sequence[Mapping[str, Any]], event: TaskEvent) -> None:
        """Store `writes` (DynamoDB's TransactItems) and the event together, or neither.

        Raises what DynamoDB raises, the cancellation reasons in the order of `writes`; once both
        are stored, nothing.
        """
        ...


class DynamoTaskWriter(DynamoTaskReader):
    """Fulfils `TaskCreator`, and replaces and deletes tasks.

    Every method raises StoreUnavailableError when a table throttles or does not respond.
    """

    def __init__(self, table_name: str, events: TaskEventPublisher, client: Any = None) -> None:
        super().__init__(table_name, client)
        self._events = events

    def create(self, task: Task, event: TaskEvent) -> None:
        put_task = self._put(task, **_NEW)
        for _ in retry_attempts():
            if self._commit([put_task], event) is None:
                return
        raise ContentionError("the task was in another transaction at the same time; try again")

    def create_once(self, task: Task, event: TaskEvent, claim: Claim, at: datetime) -> Task:
        put_task = self._put(task, **_NEW)
        # Its shard is none of the tasks' shards, so no list contains it.
        claim_key = {"shard": {"S": claim.row_name}, "task_id": {"S": "idempotency"}}
        put_claim = put_unless_stored(self._table_name, claim_key, claim, task.to_document(), at)
        for _ in retry_attempts():
            failed = self._commit([put_task, put_claim], event, conditional=1)
            if failed is None:
                return task
            if stored := failed.get("Item"):
                return Task.from_document(first_response(stored, claim))
        raise ContentionError("another request with this Idempotency-Key is in progress; try again")

    def replace(self, task: Task, *, version_read: int, event: TaskEvent | None) -> bool:
        """Store the task, and its event if there is one, if the stored one is `version_read`.

        Returns whether it was; False also while another transaction holds the task.
        """
        put = self._put(task, **_version_is(version_read))
        if event is None:
            return self._replace_without_event(put["Put"])
        return self._commit([put], event, conditional=0) is None

    def delete(self, task: Task, event: TaskEvent) -> bool:
        """Delete the task and store its event, if the stored task still has its version.

        Returns whether it had; False also while another transaction holds the task.
        """
        delete = {
            "TableName": self._table_name,
            "Key": key_of(task.task_id),
            **_version_is(task.version),
        }
        return self._commit([{"Delete": delete}], event, conditional=0) is None

    def _put(self, task: Task, **condition: Any) -> dict[str, Any]:
        row = row_of(task, uuid.uuid4().hex)
        return {"Put": {"TableName": self._table_name, "Item": row, **condition}}

    def _replace_without_event(self, put: dict[str, Any]) -> bool:
        with translate_transient_errors():
            try:
                self._client.put_item(**put, ReturnValuesOnConditionCheckFailure="ALL_OLD")
            except service_errors() as error:
                if is_conflict(error):
                    return False
                if not is_condition_failure(error):
                    raise
                return _is_ours(error, put["Item"])
        return True

    def _commit(
        self, writes: list[dict[str, Any]], event: TaskEvent, conditional: int | None = None
    ) -> dict[str, Any] | None:
        """Return None when stored, {} for a conflict, or why the write at index `conditional`
        failed.

        Every other error is raised, because no caller can handle it.
        """
        with translate_transient_errors():
            try:
                self._events.commit(writes, event)
            except service_errors() as error:
                codes = cancellation_codes(error)
                if conditional is not None and codes[conditional : conditional + 1] == [
                    "ConditionalCheckFailed"
                ]:
                    return cancellation_reasons(error)[conditional]
                if is_conflict(error):
                    return {}
                raise
        return None


def _version_is(version: int) -> dict[str, Any]:
    return {
        "ConditionExpression": "version = :read",
        "ExpressionAttributeValues": {":read": {"N": str(version)}},
    }


def _is_ours(error: ServiceError, row: Row) -> bool:
    return bool(error.response.get("Item", {}).get("write_id") == row["write_id"])

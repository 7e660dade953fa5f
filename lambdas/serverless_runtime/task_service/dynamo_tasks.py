"""Tasks in DynamoDB, one at a time: how they are read."""

from __future__ import annotations

from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.shared import aws
from serverless_runtime.task_service.dynamo_errors import passing_errors_named
from serverless_runtime.task_service.task_rows import key_of, task_of


class DynamoTasks:
    """Fulfils `OneTask`. Raises StoreUnavailableError when the table throttles or is silent."""

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

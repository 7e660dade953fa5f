"""Reads single tasks from DynamoDB."""

from __future__ import annotations

from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.shared import aws
from serverless_runtime.task_service.task_rows import key_of, task_of
from serverless_runtime.web.dynamo_errors import translate_transient_errors


class DynamoTaskReader:
    """Raises StoreUnavailableError when the table throttles or does not respond."""

    def __init__(self, table_name: str, client: Any = None) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")

    def get(self, task_id: str) -> Task | None:
        """Return the task as last written, or None."""
        with translate_transient_errors():
            response = self._client.get_item(
                TableName=self._table_name, Key=key_of(task_id), ConsistentRead=True
            )
        return task_of(response["Item"]) if "Item" in response else None

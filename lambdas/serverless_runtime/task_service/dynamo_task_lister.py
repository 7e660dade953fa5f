"""Lists tasks from DynamoDB, newest first, with queries only: nothing scans the table."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from serverless_runtime.contracts.task import Status, Task
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import query_items
from serverless_runtime.task_service.settings import STATUS_INDEX
from serverless_runtime.task_service.task_rows import SHARDS, task_of
from serverless_runtime.web.dynamo_errors import translate_transient_errors

_SPARE = 4
"""Shards are never equally full; a few more rows avoid most second queries."""


class DynamoTaskLister:
    """Raises StoreUnavailableError when the table throttles or does not respond."""

    def __init__(self, table_name: str, client: Any = None) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")

    def newest_first(
        self, *, status: Status | None, before: str | None, expected: int
    ) -> Iterator[Task]:
        """Yield tasks in that status (None: all), older than the task id `before`.

        The shards are merged, each read in small pages and only as far as it is consumed;
        `expected` is how many that will probably be.
        """
        page_size = expected // len(SHARDS) + _SPARE
        shards = [self._shard(shard, status, before, page_size) for shard in SHARDS]
        return heapq.merge(*shards, key=lambda task: task.task_id, reverse=True)

    def _shard(
        self, shard: str, status: Status | None, before: str | None, page_size: int
    ) -> Iterator[Task]:
        # Through a name: "shard" itself is a reserved word.
        query: dict[str, Any] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "#shard = :shard",
            "ExpressionAttributeNames": {"#shard": "shard"},
            "ExpressionAttributeValues": {":shard": {"S": shard}},
            "ScanIndexForward": False,
            "Limit": page_size,
        }
        if status is not None:
            query["IndexName"] = STATUS_INDEX
            query["ExpressionAttributeNames"] = {"#shard": "status_shard"}
            query["ExpressionAttributeValues"] = {":shard": {"S": f"{status}#{shard}"}}
        if before is not None:
            query["KeyConditionExpression"] += " AND task_id < :before"
            query["ExpressionAttributeValues"][":before"] = {"S": before}
        with translate_transient_errors():
            yield from map(task_of, query_items(self._client, **query))

"""The tasks table, filled without the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared import aws
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from tests.lambdas.tables import TASKS


class UnpublishedEvents:
    """Fulfils `TaskEventPublisher`: stores the writes in one transaction and hands nothing off."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def commit(self, writes: Sequence[Mapping[str, Any]], event: TaskEvent) -> None:
        self._client.transact_write_items(TransactItems=list(writes))


def stored_tasks(client: Any = None) -> DynamoTaskWriter:
    """Return the table, through the functions' own client unless another is given."""
    client = client or aws.client("dynamodb")
    return DynamoTaskWriter(TASKS, UnpublishedEvents(client), client)

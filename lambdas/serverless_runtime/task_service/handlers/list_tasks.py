"""`GET` and `HEAD /tasks`, the 405 for other methods, and the 404 for unknown paths"""

from __future__ import annotations

import functools
from typing import Any

from serverless_runtime.shared.environment import read_settings
from serverless_runtime.task_service.dynamo_task_lister import DynamoTaskLister
from serverless_runtime.task_service.http.cursor import write_cursor
from serverless_runtime.task_service.http.parameters import page_limit, page_start, status_filter
from serverless_runtime.task_service.http.request import Request
from serverless_runtime.task_service.http.respond import respond, unless_known
from serverless_runtime.task_service.http.response import Response
from serverless_runtime.task_service.list_tasks import list_tasks
from serverless_runtime.task_service.settings import TaskSettings


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return a page of tasks, newest first."""
    return respond(
        event, context, _list, methods=("GET", "HEAD"), query=("status", "limit", "cursor")
    )


def _list(request: Request) -> Response:
    status = status_filter(request.query)
    page = list_tasks(
        status=status,
        limit=page_limit(request.query),
        before=page_start(request.query, status),
        tasks=_tasks(),
    )
    document: dict[str, Any] = {"items": [task.to_document() for task in page.tasks]}
    if page.last_id is not None:
        document["nextCursor"] = write_cursor(page.last_id, status)
    return unless_known(request, Response(status=200, document=document))


@functools.cache
def _tasks() -> DynamoTaskLister:
    return DynamoTaskLister(read_settings(TaskSettings).tasks_table_name)

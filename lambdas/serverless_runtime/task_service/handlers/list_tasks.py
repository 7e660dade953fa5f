"""`GET` and `HEAD /tasks`"""

from __future__ import annotations

import functools
from typing import Any

from serverless_runtime.shared.environment import read_settings
from serverless_runtime.task_service.dynamo_task_lister import DynamoTaskLister
from serverless_runtime.task_service.http.status_filter import status_filter
from serverless_runtime.task_service.list_tasks import list_tasks
from serverless_runtime.web.http.cursor import write_cursor
from serverless_runtime.web.http.paging import page_limit, page_start
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond, unless_known
from serverless_runtime.web.http.response import Response
from serverless_runtime.web.settings import TableSettings


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return a page of tasks, newest first."""
    return respond(event, context, _list, query=("status", "limit", "cursor"))


def _list(request: Request) -> Response:
    status = status_filter(request.query)
    filters = {"status": status}
    page = list_tasks(
        status=status,
        limit=page_limit(request.query),
        before=page_start(request.query, filters),
        tasks=_tasks(),
    )
    document: dict[str, Any] = {"items": [task.to_document() for task in page.tasks]}
    if page.last_id is not None:
        document["nextCursor"] = write_cursor(page.last_id, filters)
    return unless_known(request, Response(status=200, document=document))


@functools.cache
def _tasks() -> DynamoTaskLister:
    return DynamoTaskLister(read_settings(TableSettings).table_name)

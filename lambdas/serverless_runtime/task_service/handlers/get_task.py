"""`GET` and `HEAD /tasks/{taskId}`"""

from __future__ import annotations

import functools
from typing import Any

from serverless_runtime.shared.environment import read_settings
from serverless_runtime.task_service.dynamo_task_reader import DynamoTaskReader
from serverless_runtime.task_service.get_task import get_task
from serverless_runtime.task_service.http.tasks import task_id, task_response
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond, unless_known
from serverless_runtime.web.http.response import Response
from serverless_runtime.web.settings import TableSettings


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return one task."""
    return respond(event, context, _get)


def _get(request: Request) -> Response:
    task = get_task(task_id(request), _tasks())
    response = task_response(200, task)
    return unless_known(request, response)


@functools.cache
def _tasks() -> DynamoTaskReader:
    return DynamoTaskReader(read_settings(TableSettings).table_name)

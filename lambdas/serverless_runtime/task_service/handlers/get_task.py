"""`GET` and `HEAD /tasks/{taskId}`, and the 405 for methods the path does not have"""

from __future__ import annotations

import functools
from typing import Any

from serverless_runtime.shared.environment import read_settings
from serverless_runtime.task_service.dynamo_task_reader import DynamoTaskReader
from serverless_runtime.task_service.get_task import get_task
from serverless_runtime.task_service.http.request import Request
from serverless_runtime.task_service.http.respond import respond, unless_known
from serverless_runtime.task_service.http.response import Response, task_response
from serverless_runtime.task_service.settings import TaskSettings


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return one task."""
    return respond(event, context, _get, methods=("GET", "HEAD"))


def _get(request: Request) -> Response:
    task = get_task(request.path_parameters["taskId"], _tasks())
    response = task_response(200, task)
    return unless_known(request, response)


@functools.cache
def _tasks() -> DynamoTaskReader:
    return DynamoTaskReader(read_settings(TaskSettings).tasks_table_name)

"""A task in a request's path, and in a response."""

from __future__ import annotations

from collections.abc import Mapping

from serverless_runtime.contracts.task import Task
from serverless_runtime.shared import json_log
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.response import Response, etag_of
from serverless_runtime.web.ids import is_id


def task_id(request: Request) -> str:
    """Return what the path has for an id, and put it on the log lines that follow if it is one."""
    text = request.path_parameters["taskId"]
    if is_id(text):
        # Anything else may be any text that a client sent, and is no task id.
        json_log.bind(task_id=text)
    return text


def task_response(status: int, task: Task, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a task and its ETag."""
    return Response(
        status=status,
        document=task.to_document(),
        headers={**(headers or {}), "ETag": etag_of(task.version)},
    )

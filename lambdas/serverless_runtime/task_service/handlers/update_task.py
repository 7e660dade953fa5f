"""`PUT` and `PATCH /tasks/{taskId}`"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.task_service.handlers.task_writer import task_writer
from serverless_runtime.task_service.http.task_changes import patch, replacement
from serverless_runtime.task_service.http.tasks import task_id, task_response
from serverless_runtime.task_service.update_task import update_task
from serverless_runtime.web.http.preconditions import accepted_versions
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Replace a task, or patch it."""
    return respond(event, context, _update)


def _update(request: Request) -> Response:
    task = update_task(
        task_id(request),
        _change(request),
        accepts=accepted_versions(request.headers),
        correlation_id=request.correlation_id,
        tasks=task_writer(),
    )
    return task_response(200, task)


def _change(request: Request) -> Callable[[Task], Task]:
    return patch(request) if request.method == "PATCH" else replacement(request)

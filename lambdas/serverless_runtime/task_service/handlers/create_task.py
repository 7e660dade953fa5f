"""`POST /tasks`"""

from __future__ import annotations

from typing import Any

from serverless_runtime.shared import json_log
from serverless_runtime.task_service.create_task import create_task
from serverless_runtime.task_service.handlers.task_writer import task_writer
from serverless_runtime.task_service.http.task_bodies import draft
from serverless_runtime.task_service.http.tasks import task_response
from serverless_runtime.web.http.parameters import idempotency_key
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import require_unconditional, respond
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Create a task."""
    return respond(event, context, _create)


def _create(request: Request) -> Response:
    key = idempotency_key(request.headers)
    new = draft(request)
    require_unconditional(request)
    task = create_task(
        new,
        idempotency_key=key,
        correlation_id=request.correlation_id,
        tasks=task_writer(),
    )
    json_log.bind(task_id=task.task_id)
    return task_response(201, task, {"Location": f"/tasks/{task.task_id}"})

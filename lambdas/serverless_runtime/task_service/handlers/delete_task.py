"""`DELETE /tasks/{taskId}`"""

from __future__ import annotations

from typing import Any

from serverless_runtime.task_service.delete_task import delete_task
from serverless_runtime.task_service.handlers.task_writer import task_writer
from serverless_runtime.task_service.http.tasks import task_id
from serverless_runtime.web.http.preconditions import accepted_versions
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Delete a task."""
    return respond(event, context, _delete)


def _delete(request: Request) -> Response:
    delete_task(
        task_id(request),
        accepts=accepted_versions(request.headers),
        correlation_id=request.correlation_id,
        tasks=task_writer(),
    )
    return Response(status=204)

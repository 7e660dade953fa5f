"""`DELETE /tasks/{taskId}`"""

from __future__ import annotations

from typing import Any

from serverless_runtime.task_service.delete_task import delete_task
from serverless_runtime.task_service.handlers.adapters import changing_tasks
from serverless_runtime.task_service.http.entry import answer
from serverless_runtime.task_service.http.if_match import accepted_versions
from serverless_runtime.task_service.http.request import Request
from serverless_runtime.task_service.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Delete a task."""
    return answer(event, context, _delete, methods=("DELETE",))


def _delete(request: Request) -> Response:
    delete_task(
        request.path_parameters["taskId"],
        accepts=accepted_versions(request.headers),
        correlation_id=request.correlation_id,
        tasks=changing_tasks(),
    )
    return Response(status=204)

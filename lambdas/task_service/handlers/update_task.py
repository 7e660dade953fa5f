"""`PUT` and `PATCH /tasks/{taskId}`"""

from __future__ import annotations

from typing import Any

from lambdas.task_service.handlers.adapters import changing_tasks
from lambdas.task_service.http.body import JSON, PATCH, read_body
from lambdas.task_service.http.entry import answer
from lambdas.task_service.http.if_match import accepted_versions
from lambdas.task_service.http.request import Request
from lambdas.task_service.http.response import Response, task_response
from lambdas.task_service.http.task_bodies import PatchTaskBody, ReplaceTaskBody
from lambdas.task_service.update_task import update_task


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Replace a task, or patch it."""
    return answer(event, context, _update, methods=("PUT", "PATCH"))


def _update(request: Request) -> Response:
    task = update_task(
        request.path_parameters["taskId"],
        _body(request).applied_to,
        accepts=accepted_versions(request.headers),
        correlation_id=request.correlation_id,
        tasks=changing_tasks(),
    )
    return task_response(200, task)


def _body(request: Request) -> PatchTaskBody | ReplaceTaskBody:
    if request.method == "PATCH":
        return read_body(request, PatchTaskBody, PATCH)
    return read_body(request, ReplaceTaskBody, JSON)

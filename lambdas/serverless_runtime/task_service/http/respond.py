"""Turns the gateway's event into a response, around one operation."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from serverless_runtime.shared import json_log
from serverless_runtime.task_service.http.parameters import reject_unknown
from serverless_runtime.task_service.http.problem import Problem, problem_of
from serverless_runtime.task_service.http.request import Request, read_request
from serverless_runtime.task_service.http.response import Response
from serverless_runtime.task_service.settings import REQUEST_COMPLETED
from serverless_runtime.task_service.task_id import is_task_id

_ROUTES = {
    "/tasks": ("GET", "HEAD", "POST"),
    "/tasks/{taskId}": ("GET", "HEAD", "PUT", "PATCH", "DELETE"),
}
_CONDITIONS = {"if-match", "if-none-match"}
Operation = Callable[[Request], Response]

log = logging.getLogger(__name__)


def respond(
    event: Mapping[str, Any],
    context: object,
    operation: Operation,
    *,
    methods: tuple[str, ...],
    query: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Respond to the request in `event` with `operation`; every error becomes a problem document.

    `methods` and `query` are the HTTP methods and the query parameters of the operation. Requests
    that match no route also arrive here and get their 404 or 405.
    """
    json_log.configure(getattr(context, "aws_request_id", None))
    try:
        request = read_request(event)
    except Exception:
        log.exception("not an HTTP API event")
        correlation_id = str(uuid.uuid4())
        return _problem_response(
            Problem(500, "not an HTTP API event"), "/", correlation_id
        ).to_event(correlation_id)
    json_log.bind(correlation_id=request.correlation_id)
    if is_task_id(task_id := request.path_parameters.get("taskId", "")):
        # Anything else may be any text that a client sent, and is no task id.
        json_log.bind(task_id=task_id)
    response = _response(request, operation, methods, query)
    log.info(
        REQUEST_COMPLETED,
        extra={
            "api_request_id": event["requestContext"].get("requestId"),
            "method": request.method,
            "route": request.route,
            "status": response.status,
        },
    )
    answer = response.to_event(request.correlation_id)
    if request.method == "HEAD":
        # RFC 9110 allows no content; the headers are those of GET.
        answer["body"] = ""
    return answer


def require_unconditional(request: Request) -> None:
    """Check the preconditions of a request that adds to a collection. Raises Problem 412."""
    if _CONDITIONS & request.headers.keys():
        from serverless_runtime.task_service.http import preconditions  # noqa: PLC0415

        preconditions.require_unconditional(request.headers)


def unless_known(request: Request, response: Response) -> Response:
    """Return the response to a GET, or 304 if the client has it. Raises Problem 412."""
    if not _CONDITIONS & request.headers.keys():
        return response
    # Its expression takes a tenth of the start of a function that only reads.
    from serverless_runtime.task_service.http.preconditions import is_known  # noqa: PLC0415

    if is_known(request.headers, response.headers.get("ETag", "")):
        return Response(status=304, headers=response.headers)
    return response


def _response(
    request: Request, operation: Operation, methods: tuple[str, ...], query: tuple[str, ...]
) -> Response:
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        # API Gateway adds the CORS headers, and a browser expects a success status with them.
        return Response(status=204)
    try:
        _require_route(request, methods)
        reject_unknown(request.query, query)
        return operation(request)
    except Exception as error:
        problem = problem_of(error)
        if problem.status >= 500:  # noqa: PLR2004 - where HTTP's server errors begin
            log.exception("request failed")
        return _problem_response(problem, request.instance, request.correlation_id)


def _require_route(request: Request, methods: tuple[str, ...]) -> None:
    if request.route not in _ROUTES:
        raise Problem(404, "there is no resource at this path")
    # What HEAD tells is for those who may GET.
    is_closed = request.method == "HEAD" and request.has_unchecked_scopes
    if request.method not in methods or is_closed:
        allowed = ", ".join(
            each for each in _ROUTES[request.route] if each != "HEAD" or not is_closed
        )
        raise Problem(405, f"this path supports {allowed}", headers={"Allow": allowed})


def _problem_response(problem: Problem, instance: str, correlation_id: str) -> Response:
    return Response(
        status=problem.status,
        document=problem.to_document(instance=instance, correlation_id=correlation_id),
        content_type="application/problem+json",
        headers=problem.headers,
    )

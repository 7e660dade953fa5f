"""Turns the gateway's event into a response, around one operation."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from serverless_runtime.shared import json_log
from serverless_runtime.web.http.problem import InvalidField, Problem, problem_of
from serverless_runtime.web.http.request import Request, read_request
from serverless_runtime.web.http.response import Response

__all__ = ["require_unconditional", "respond", "unless_known"]

_CONDITIONS = {"if-match", "if-none-match"}
Operation = Callable[[Request], Response]

log = logging.getLogger(__name__)


def respond(
    event: Mapping[str, Any],
    context: object,
    operation: Operation,
    *,
    query: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Respond to the request in `event` with `operation`; every error becomes a problem document.

    `query` are the query parameters that the operation has: others are refused. To HEAD the
    operation responds as to GET; the body is left out here.
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
    response = _response(request, operation, query)
    log.info(
        "request completed",
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
        from serverless_runtime.web.http import preconditions  # noqa: PLC0415

        preconditions.require_unconditional(request.headers)


def unless_known(request: Request, response: Response) -> Response:
    """Return the response to a GET, or 304 if the client has it. Raises Problem 412."""
    if not _CONDITIONS & request.headers.keys():
        return response
    # Its expression takes a tenth of the start of a function that only reads.
    from serverless_runtime.web.http.preconditions import is_known  # noqa: PLC0415

    if is_known(request.headers, response.headers.get("ETag", "")):
        return Response(status=304, headers=response.headers)
    return response


def _response(request: Request, operation: Operation, query: tuple[str, ...]) -> Response:
    try:
        _reject_unknown(request.query, query)
        return operation(request)
    except Exception as error:
        problem = problem_of(error)
        if problem.status >= 500:  # noqa: PLR2004 - where HTTP's server errors begin
            log.exception("request failed")
        return _problem_response(problem, request.instance, request.correlation_id)


def _reject_unknown(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raise the 400 for query parameters that an operation does not have: a typo must not pass."""
    unknown = sorted(set(query) - set(known))
    if unknown:
        names = f"this operation has {', '.join(known)}" if known else "this operation has none"
        raise Problem(
            400,
            f"unknown query parameters; {names}",
            errors=[InvalidField("query", name, "unknown") for name in unknown],
        )


def _problem_response(problem: Problem, instance: str, correlation_id: str) -> Response:
    return Response(
        status=problem.status,
        document=problem.to_document(instance=instance, correlation_id=correlation_id),
        content_type="application/problem+json",
        headers=problem.headers,
    )

"""A route that calls a service: the client waits for its answer."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from serverless_runtime.circuit_breaker.errors import CircuitBreakerOpenError
from serverless_runtime.robust_api.handlers.fields import said_by_api
from serverless_runtime.robust_api.settings import PREFIX, CallServiceSettings
from serverless_runtime.service_calls import errors
from serverless_runtime.service_calls.client import Deadline, service
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.web.http.body import read_object
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response

_STATUSES = {"timed-out": 504, "throttled": 503, "too-large": 413}
"""Statuses by the reason of a call without an answer; any other is a 502."""

_UNLISTED_REFUSAL = 422
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Respond with the service's answer; without one, with why."""
    deadline = Deadline.of(context)
    # The service says what it can be asked.
    query = tuple(event.get("queryStringParameters") or ())
    return respond(event, context, lambda request: _ask(request, event, deadline), query=query)


def _ask(request: Request, event: dict[str, Any], deadline: Deadline) -> Response:
    settings = _settings()
    said = said_by_api(event, settings.fields)
    call = functools.partial(
        service(settings.service).call,
        settings.operation,
        {**_payload(request), **said},
        deadline=deadline,
        correlation_id=request.correlation_id,
    )
    try:
        answer = _guarded(settings, call)
    except errors.RefusedError as error:
        status = json.loads(settings.refusals).get(error.code, _UNLISTED_REFUSAL)
        raise Problem(status, f"{error.code}: {error.text}") from error
    except errors.ServiceCallError as error:
        raise _problem(request, error) from error
    except CircuitBreakerOpenError as error:
        text = f"{settings.service} is down, and has not been asked"
        raise Problem(503, text, headers={"Retry-After": "1"}) from error
    if not isinstance(answer, dict):
        answer = {"answer": answer}
    return Response(status=200, document=answer)


def _payload(request: Request) -> dict[str, Any]:
    """Everything by its name. What the path says counts, whatever else has the name."""
    body: dict[str, Any] = {}
    if request.body:
        body, _ = read_object(request)
    return {**request.query, **body, **request.path_parameters}


def _problem(request: Request, error: errors.ServiceCallError) -> Problem:
    status = _STATUSES.get(error.reason, 502)
    text = f"{error.service} has not answered: {error.reason}"
    if error.may_be_done and request.method not in _SAFE_METHODS:
        # Whoever repeats it has asked twice.
        return Problem(status, f"{text}; what was asked for may have been done")
    return Problem(status, text, headers={"Retry-After": "1"} if status in (503, 504) else {})


def _guarded(settings: CallServiceSettings, call: Callable[[], Any]) -> Any:
    if not settings.circuit_breaker:
        return call()
    # Without one there is none in the bundle.
    from serverless_runtime.circuit_breaker.circuit_breaker import circuit_breaker  # noqa: PLC0415

    breaker = circuit_breaker(settings.service, failed=errors.FAILED, refused=errors.REFUSED)
    return breaker.call(call)


@functools.cache
def _settings() -> CallServiceSettings:
    return read_settings(CallServiceSettings, prefix=PREFIX)

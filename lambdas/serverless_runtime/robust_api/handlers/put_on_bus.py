"""A route that puts events on a bus: the client gets a 202 once EventBridge has the event."""

from __future__ import annotations

import functools
import logging
from typing import Any

from serverless_runtime.robust_api.handlers.fields import body_with_fields
from serverless_runtime.robust_api.settings import PREFIX, PutOnBusSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import (
    connect_errors,
    is_transient,
    response_errors,
    service_errors,
)
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response

MAX_DETAIL_BYTES = 200_000
"""An entry may have 1 MB, and what reads it later may take less: dead letters, with the record of
their failure around them."""

_TRANSIENT = {"InternalFailure", "InternalException", "ThrottlingException"}
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html"""

log = logging.getLogger(__name__)


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Respond 202 with the ids of the request and of its event."""
    return respond(event, context, lambda request: _put(request, event))


def _put(request: Request, event: dict[str, Any]) -> Response:
    settings = _settings()
    body = body_with_fields(request, event, settings.fields, max_bytes=MAX_DETAIL_BYTES)
    entry = {
        "EventBusName": settings.bus_name,
        "Source": settings.source,
        "DetailType": settings.detail_type,
        "Detail": body.decode(),
    }
    event_id = _accepted(entry)
    log.info("event put on bus", extra={"event_id": event_id})
    return Response(status=202, document={"requestId": request.correlation_id, "eventId": event_id})


def _accepted(entry: dict[str, str]) -> str:
    """Return the event's id. Raises Problem 503 if EventBridge may take it later.

    PutEvents responds 200 also if it has taken nothing.
    """
    try:
        [result] = aws.client("events").put_events(Entries=[entry])["Entries"]
    except (*connect_errors(), *response_errors()) as error:
        raise _unavailable() from error
    except service_errors() as error:
        if is_transient(error):
            raise _unavailable() from error
        raise
    code = result.get("ErrorCode")
    if code in _TRANSIENT:
        log.warning("event not put on bus", extra={"code": code})
        raise _unavailable()
    if code == "MalformedDetail":
        # JSON, but with a number beyond 64 bits, or too many levels.
        raise Problem(400, "the body is not JSON that EventBridge can read")
    if code is not None:
        raise RuntimeError(f"EventBridge refuses events of this route: {code}")
    event_id: str = result["EventId"]
    return event_id


def _unavailable() -> Problem:
    return Problem(503, "temporarily unavailable; try again", headers={"Retry-After": "1"})


@functools.cache
def _settings() -> PutOnBusSettings:
    return read_settings(PutOnBusSettings, prefix=PREFIX)

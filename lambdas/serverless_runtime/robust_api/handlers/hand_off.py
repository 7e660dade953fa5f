"""A route that hands off: the client gets a 202 once the event is in the outbox."""

from __future__ import annotations

import functools
import hashlib
import uuid
from typing import Any

from serverless_runtime.handoff import Event, Handoff
from serverless_runtime.handoff.event_limits import MAX_PAYLOAD_BYTES
from serverless_runtime.robust_api.handlers.fields import body_with_fields
from serverless_runtime.robust_api.settings import PREFIX, HandOffSettings
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.web.dynamo_errors import translate_transient_errors
from serverless_runtime.web.http.parameters import idempotency_key
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Respond 202 with the ids of the request and of its event."""
    return respond(event, context, lambda request: _hand_off(request, event))


def _hand_off(request: Request, event: dict[str, Any]) -> Response:
    settings, handoff = _settings()
    body = body_with_fields(request, event, settings.fields, max_bytes=MAX_PAYLOAD_BYTES)
    handed = Event(
        event_id=_event_id(request, body),
        correlation_id=request.correlation_id,
        payload=body,
        attributes={"type": settings.event_type, "source": settings.event_source},
    )
    with translate_transient_errors():
        handoff.hand_off(handed)
    return Response(
        status=202, document={"requestId": request.correlation_id, "eventId": handed.event_id}
    )


def _event_id(request: Request, body: bytes) -> str:
    """The same id for a repeated request, if the client says by a key that it is one."""
    key = idempotency_key(request.headers)
    if key is None:
        return str(uuid.uuid4())
    parts = (request.method.encode(), request.path.encode(), key.encode(), body)
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


@functools.cache
def _settings() -> tuple[HandOffSettings, Handoff]:
    return read_settings(HandOffSettings, prefix=PREFIX), Handoff()

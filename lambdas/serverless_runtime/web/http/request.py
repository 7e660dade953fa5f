"""A request from API Gateway's HTTP API (payload format 2.0)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from serverless_runtime.shared.frozen import frozen

__all__ = ["Request", "read_request"]

_CORRELATION_ID = r"[A-Za-z0-9._-]{1,128}"
_GATEWAY_REQUEST_ID = re.compile(r"[A-Za-z0-9._=+/-]{1,128}")


@frozen
class Request:
    """The parts of an HTTP request that we use. Values are as sent: any text at all."""

    route: str
    """The path's template, `/orders/{orderId}`; `$default` if none matches."""

    method: str
    """As sent: `HEAD` has a route where `GET` has one."""

    path: str
    """The path, decoded."""

    path_parameters: Mapping[str, str]
    """What stands for each `{name}` of the route, decoded."""

    query: Mapping[str, str]
    """One value per name; the gateway joins several with commas."""

    headers: Mapping[str, str]
    """Names in lower case."""

    body: str
    """The body, in base64 if `body_is_base64`; `read_body` decodes and parses it."""

    body_is_base64: bool
    """Whether the gateway took the body for no text."""

    correlation_id: str
    """The client's X-Correlation-Id, or else an id of the gateway's or of ours."""

    @property
    def instance(self) -> str:
        """The path as a URI reference; the gateway has decoded it."""
        return quote(self.path, safe="/-._~", errors="replace")


def read_request(event: Mapping[str, Any]) -> Request:
    """Read the gateway's event. Raises KeyError for anything that is not one."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    context = event["requestContext"]
    return Request(
        route=event["routeKey"].rsplit(" ", 1)[-1],
        method=context["http"]["method"],
        path=event["rawPath"],
        path_parameters=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        headers=headers,
        body=event.get("body") or "",
        body_is_base64=bool(event.get("isBase64Encoded")),
        correlation_id=_correlation_id(headers, context.get("requestId", "")),
    )


def _correlation_id(headers: Mapping[str, str], gateway_request_id: str) -> str:
    sent = headers.get("x-correlation-id", "")
    if sent and re.fullmatch(_CORRELATION_ID, sent):
        return sent
    if _GATEWAY_REQUEST_ID.fullmatch(gateway_request_id):
        return gateway_request_id
    return str(uuid.uuid4())

"""A request of a client as the old system gets it: whatever API Gateway has left of it, unchanged.

API Gateway decodes the path, all but %25, before a function gets it. What has to be encoded is
encoded again; what need not be, such as a slash, stays as it is.
"""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from serverless_runtime.strangler.answers import HOP_BY_HOP
from serverless_runtime.strangler.callers import cookie_header

_NOT_FORWARDED = HOP_BY_HOP | {"host", "content-length", "expect", "cookie"}

# https://www.rfc-editor.org/rfc/rfc3986#section-3.3
_PATH = "/-._~!$&'()*+,;=:@%"
_QUERY = string.punctuation
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


class BadRequestError(Exception):
    """It cannot be sent as a request of HTTP/1.1; the text says why."""


class LegacyRequest(NamedTuple):
    """One request."""

    method: str
    target: str
    """Path and query, percent-encoded."""

    headers: list[tuple[str, str]]
    body: bytes


def request_of(event: Mapping[str, Any]) -> LegacyRequest:
    """Return the request that an event of API Gateway, payload 2.0, describes. Raises
    BadRequestError."""
    try:
        return _request(event)
    except ValueError as error:
        raise BadRequestError(f"not readable: {type(error).__name__}") from error


def _request(event: Mapping[str, Any]) -> LegacyRequest:
    path = quote(_LONE_PERCENT.sub("%25", event["rawPath"]), safe=_PATH)
    query = quote(event.get("rawQueryString") or "", safe=_QUERY)
    headers = [
        (name, value)
        for name, value in event["headers"].items()
        if name.lower() not in _NOT_FORWARDED
    ]
    if (cookies := cookie_header(event)) is not None:
        headers.append(("cookie", cookies))
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    return LegacyRequest(
        event["requestContext"]["http"]["method"],
        f"{path}?{query}" if query else path,
        headers,
        body,
    )

"""A handler behind a route, as API Gateway calls it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Answer(NamedTuple):
    """What the client gets."""

    status: int
    headers: Mapping[str, str]
    body: Any


def ask(
    handle: Handler,
    route_key: str,
    *,
    body: bytes = b"",
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 10,
    authorizer: Mapping[str, Any] | None = None,
) -> Answer:
    """Call a handler with the event of a request to a route."""
    method, _, template = route_key.partition(" ")
    event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": template,
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {
            "http": {"method": method},
            "requestId": uuid.uuid4().hex,
            **({} if authorizer is None else {"authorizer": authorizer}),
        },
        "pathParameters": dict(path or {}),
        "queryStringParameters": dict(query or {}),
        "body": body.decode(),
        "isBase64Encoded": False,
    }
    context = SimpleNamespace(
        aws_request_id="1", get_remaining_time_in_millis=lambda: int(seconds * 1_000)
    )
    response = handle(event, context)
    return Answer(response["statusCode"], response["headers"], json.loads(response["body"]))

"""API Gateway's HTTP API in small: HTTP in, payload 2.0 events to the handlers, HTTP out.

`request` is for tests; `wsgi` serves the same over a socket, for schemathesis.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from serverless_runtime.task_service.handlers import (
    create_task,
    delete_task,
    get_task,
    list_tasks,
    update_task,
)
from serverless_runtime.web.handlers import no_route

Handler = Callable[[dict[str, Any], object], dict[str, Any]]

ROUTES: dict[str, Handler] = {
    "POST /tasks": create_task.handle,
    "GET /tasks": list_tasks.handle,
    "HEAD /tasks": list_tasks.handle,
    "ANY /tasks": no_route.handle,
    "GET /tasks/{taskId}": get_task.handle,
    "HEAD /tasks/{taskId}": get_task.handle,
    "PUT /tasks/{taskId}": update_task.handle,
    "PATCH /tasks/{taskId}": update_task.handle,
    "DELETE /tasks/{taskId}": delete_task.handle,
    "ANY /tasks/{taskId}": no_route.handle,
    "$default": no_route.handle,
}


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""

    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request(
    method: str,
    path: str,
    document: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: str = "",
    body: bytes | None = None,
) -> Response:
    """Send `document` as JSON, or `body` as it is, and return the response."""
    sent = {"content-type": "application/json"} | {
        name.lower(): value for name, value in (headers or {}).items()
    }
    if body is None:
        body = b"" if document is None else json.dumps(document).encode()
    return respond_to(event_of(method, path, query, sent, body))


def respond_to(event: dict[str, Any]) -> Response:
    """Pass `event` to its route's handler, through JSON as Lambda does."""
    context = SimpleNamespace(aws_request_id=str(uuid.uuid4()))
    response = ROUTES[event["routeKey"]](json.loads(json.dumps(event)), context)
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return Response(response["statusCode"], headers, response["body"])


def event_of(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Return the gateway's event for a request; `path` and `body` arrive decoded and raw."""
    route, parameters = _route(method, path)
    text, is_base64 = _body(body, headers.get("content-type", ""))
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict(headers),
        "requestContext": {
            "http": {"method": method, "path": path},
            "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
        },
        "isBase64Encoded": is_base64,
    }
    optional = {"queryStringParameters": values, "pathParameters": parameters, "body": text}
    return event | {name: value for name, value in optional.items() if value}


def _route(method: str, path: str) -> tuple[str, dict[str, str]]:
    if path == "/tasks":
        template, parameters = "/tasks", {}
    elif match := re.fullmatch(r"/tasks/([^/]+)", path, re.DOTALL):
        template, parameters = "/tasks/{taskId}", {"taskId": match[1]}
    else:
        return "$default", {}
    exact = f"{method} {template}"
    return (exact if exact in ROUTES else f"ANY {template}"), parameters


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    if content_type.startswith(("text/", "application/json")):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), bool(body)


def wsgi(environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
    """Serve one HTTP request."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    length = int(environ.get("CONTENT_LENGTH") or 0)
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    response = respond_to(
        event_of(
            environ["REQUEST_METHOD"],
            path,
            environ.get("QUERY_STRING", ""),
            headers,
            environ["wsgi.input"].read(length),
        )
    )
    sent = list(response.headers.items())
    start_response(f"{response.status} _", [*sent, ("content-length", str(len(response.body)))])
    return [response.body.encode()]

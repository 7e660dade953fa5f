"""The 404 for paths that a service does not have, and the 405 for methods that a path does not."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from serverless_runtime.shared.environment import read_settings
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response
from serverless_runtime.web.settings import NoRouteSettings


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Respond that there is no such resource or operation."""
    # Its query parameters are as unknown as the rest, and not what is wrong with the request.
    query = tuple(event.get("queryStringParameters") or ())
    return respond(event, context, _refuse, query=query)


def _refuse(request: Request) -> Response:
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        # API Gateway adds the CORS headers, and a browser expects a success status with them.
        return Response(status=204)
    methods = _methods_by_path().get(request.route)
    if methods is None:
        raise Problem(404, "there is no resource at this path")
    allowed = ", ".join(methods)
    raise Problem(405, f"this path supports {allowed}", headers={"Allow": allowed})


@functools.cache
def _methods_by_path() -> Mapping[str, Sequence[str]]:
    methods: Mapping[str, Sequence[str]] = json.loads(
        read_settings(NoRouteSettings).methods_by_path
    )
    return methods

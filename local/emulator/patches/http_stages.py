"""HTTP APIs: what a stage sets for single routes, limits and metrics of their own."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference
from local.emulator.patches.api_gateway import count_response

DIFFERENCES = (
    Difference(
        aws="an HTTP API with detailed metrics counts for each route, too",
        emulator="publishes no API Gateway metrics",
        workaround="local/emulator/patches/http_stages.py counts as documented by AWS",
    ),
    Difference(
        aws="a stage limits how often a single route is called (route settings)",
        emulator="stores the limits without effect",
        workaround="local/emulator/patches/http_stages.py has a token bucket for each such route "
        "and responds with 429; default settings still have no effect",
    ),
)

_TOO_MANY = 429, {"Content-Type": "application/json"}, b'{"message":"Too Many Requests"}'


class _Bucket:
    """As many tokens as a burst may have, which come back at the steady rate."""

    def __init__(self, burst: float) -> None:
        self._tokens, self._at = burst, time.monotonic()

    def take(self, rate: float, burst: float) -> bool:
        """Whether there was a token."""
        now = time.monotonic()
        self._tokens = min(burst, self._tokens + rate * (now - self._at))
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def apply() -> None:
    """Follow the settings of routes. Needs the patch of api_gateway, which comes before."""
    api_gateway: Any = import_module("ministack.services.apigateway")
    execute = api_gateway._handle_execute_in_scope
    buckets: dict[tuple[str, str], _Bucket] = {}

    async def execute_as_set(
        api_id: str, stage: str, path: str, method: str, *request: Any, **named: Any
    ) -> Any:
        started = time.time()
        settings = api_gateway._stages.get(api_id, {}).get(stage, {})
        route = api_gateway._match_route(api_id, method, "/" + path.lstrip("/")) or {}
        route_key = route.get("routeKey", "")
        own = settings.get("routeSettings", {}).get(route_key)
        if own is not None and not _may_pass(buckets, api_id, route_key, own):
            response: Any = _TOO_MANY
            count_response(response[0], started, ApiId=api_id)
        else:
            response = await execute(api_id, stage, path, method, *request, **named)
        each = settings.get("defaultRouteSettings", {}) if own is None else own
        if each.get("detailedMetricsEnabled") and " " in route_key:
            of_route = dict(zip(("Method", "Resource"), route_key.split(" ", 1), strict=True))
            count_response(int(response[0]), started, ApiId=api_id, Stage=stage, **of_route)
        return response

    api_gateway._handle_execute_in_scope = execute_as_set


def _may_pass(
    buckets: dict[tuple[str, str], _Bucket], api_id: str, route_key: str, settings: Any
) -> bool:
    # What is left out is 0, and nobody passes.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
    burst = float(settings.get("throttlingBurstLimit") or 0)
    bucket = buckets.setdefault((api_id, route_key), _Bucket(burst))
    return bucket.take(float(settings.get("throttlingRateLimit") or 0), burst)

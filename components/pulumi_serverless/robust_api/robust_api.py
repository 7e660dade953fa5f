"""One API whose routes reach different back ends, each in the way it needs.

          ┌─ GET  ─> function, or service: the client waits
client ───┼─ POST ─> outbox ─> function      ┐
          ├─ POST ─> queue                   ├ 202 once it is kept
          └─ POST ─> bus                     ┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess, ApiAuth, HeaderName, RouteLimit
from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import MAX_FUNCTION_NAME, PythonFunction
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.http_targets import RouteTarget, Target
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.http_api_rows import api_graphs, functions_row
from pulumi_serverless.blocks.routes import DEFAULT_ROUTE, require_route, slug
from pulumi_serverless.robust_api.adapters import Adapter
from pulumi_serverless.robust_api.alarms import RouteThresholds, route_alarm
from pulumi_serverless.robust_api.fields import require_known_fields

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_ROUTES = 300

_SHORTEST_SLUG = 12


@dataclass(frozen=True, kw_only=True)
class RobustApiArgs(Arguments):
    """The routes, what each reaches, and who may call how often."""

    foundation: Foundation
    """What the functions of its own run on, and whom alarms notify."""

    routes: Annotated[
        Mapping[str, PythonFunction | RouteTarget | Adapter],
        Size(1, MAX_ROUTES),
    ]
    """What each route reaches, by route key, e.g. "GET /products/{productId}": a function,
    `CallService`, `HandOff`, `SendToQueue`, `PutOnBus` or `Forward`. Each names its method. 1 to
    300."""

    access: ApiAccess
    """Who may call, from which web pages, and how often each route."""

    route_auth: Mapping[str, ApiAuth] = field(default_factory=dict)
    """How callers of single routes authenticate, by route key, in place of `access.auth`."""

    route_limits: Mapping[str, RouteLimit] = field(default_factory=dict)
    """How often single routes may be called, by route key, in place of the limits in `access`."""

    request_headers: Sequence[HeaderName] = ("content-type", "idempotency-key", "x-correlation-id")
    """Headers that web pages may send in addition to credentials; left out, what the library's
    targets read. Without content-type a page cannot send JSON."""

    response_headers: Sequence[HeaderName] = ("retry-after", "x-correlation-id")
    """Headers that web pages may read; left out, what the library's targets write."""

    thresholds: ApiThresholds = field(default_factory=ApiThresholds)
    """Alarm thresholds of the API as a whole."""

    route_thresholds: RouteThresholds = field(default_factory=RouteThresholds)
    """Alarm thresholds of each route."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for route_key, target in self.routes.items():
            require_route(route_key)
            if route_key == DEFAULT_ROUTE or route_key.startswith("ANY "):
                raise ValueError(
                    f"each route must name its method, got {route_key!r}: without one it has no "
                    "metrics of its own"
                )
            if isinstance(target, Adapter):
                target.require_route(route_key)
                auth = self.route_auth.get(route_key, self.access.auth)
                require_known_fields(route_key, target.fields, auth)


class RobustApi(Component):
    """An HTTP API, with a small function for each route that needs one."""

    url: pulumi.Output[str]
    """Address of the API, without a trailing slash."""

    alarms: Sequence[Alarm]
    """On the API as a whole, and on each route."""

    functions: Sequence[PythonFunction]
    """Its own ones, between routes and targets; those that routes call directly are the
    program's."""

    def __init__(
        self, name: str, args: RobustApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:RobustApi", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._own: dict[str, PythonFunction] = {}
        self._api = HttpApi(
            f"{name}-api",
            HttpApiArgs(
                foundation=args.foundation,
                routes={key: self._target(key, each) for key, each in args.routes.items()},
                access=args.access,
                route_auth=args.route_auth,
                route_limits=args.route_limits,
                route_metrics=True,
                request_headers=args.request_headers,
                response_headers=args.response_headers,
            ),
            opts=self._child,
        )
        self.url = self._api.url
        self.functions = list(self._own.values())
        self.alarms = self._alarms()
        self.register_outputs({"url": self.url})

    def function(self, route_key: str) -> PythonFunction:
        """Return the API's own function of a route. ValueError if the route has none."""
        if route_key not in self._own:
            known = ", ".join(self._own) or "none"
            raise ValueError(
                f"route_key must be one of a route with an own function ({known}), got "
                f"{route_key!r}"
            )
        return self._own[route_key]

    def dashboard_rows(self) -> list[DashboardRow]:
        """The API, its routes side by side, and the functions of its own."""
        by_route = (
            ("Requests by route", "Count", "Sum"),
            ("5xx by route", "5xx", "Sum"),
            ("Latency by route (ms, p99)", "Latency", "p99"),
        )
        graphs = [
            MetricGraph(
                title=title,
                lines={
                    key: self._api.route_metric(key, metric, statistic) for key in self._args.routes
                },
            )
            for title, metric, statistic in by_route
        ]
        name = self._name
        rows = [
            DashboardRow(title=f"Clients → API of {name}", graphs=api_graphs(self._api)),
            DashboardRow(title=f"Routes of {name}", graphs=graphs),
        ]
        return [*rows, functions_row(f"Functions of {name}", self._own)] if self._own else rows

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing that is kept: queues, outboxes and buses belong to others."""
        return {}

    def _target(self, route_key: str, target: Target | Adapter) -> Target:
        if not isinstance(target, Adapter):
            return target
        # A path is what clients know, and may be longer than a name.
        part = slug(route_key, max(_SHORTEST_SLUG, MAX_FUNCTION_NAME - len(self._name) - 1))
        own = target.function(f"{self._name}-{part}", self._args.foundation, self._child)
        self._own[route_key] = own
        return own

    def _alarms(self) -> list[Alarm]:
        args, name = self._args, self._name
        whole = api_alarms(name, self._api, thresholds=args.thresholds, foundation=args.foundation)
        alarms = make_alarms(name, whole, self._child)
        for route_key in args.routes:
            alarm = route_alarm(
                route_key,
                self._api,
                thresholds=args.route_thresholds,
                foundation=args.foundation,
            )
            alarms += make_alarms(f"{name}-{slug(route_key)}", [alarm], self._child)
        return alarms

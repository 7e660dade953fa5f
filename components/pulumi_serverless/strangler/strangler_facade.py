"""One address in front of an old system, whose routes move away from it one by one.

           ┌─ everything else ───────────────────────────> old system
HTTP API ──┼─ moving routes ──> router ── by its stage ──> old system, new function, or both
           └─ moved routes ──────────────────────────────> new function
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess
from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.forward import Forward
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.http_targets import Target
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.http_api_rows import api_graphs
from pulumi_serverless.blocks.names import component_name
from pulumi_serverless.blocks.routes import DEFAULT_ROUTE, require_route, slug
from pulumi_serverless.strangler.alarms import (
    StranglerThresholds,
    facade_alarms,
    route_alarms,
    route_metric,
)
from pulumi_serverless.strangler.moving_route import MAX_NEW_SECONDS, MovingRoute
from pulumi_serverless.strangler.router import Router
from serverless_runtime.strangler import metrics
from serverless_runtime.strangler.log_messages import DIFFERENT as DIFFERENT_MESSAGE
from serverless_runtime.strangler.settings.stages import (
    MAX_PARAMETER_CHARACTERS,
    SHADOW,
    write_stages,
)

LEGACY_ROUTES = ("ANY /{proxy+}", "ANY /")
"""What has no route of its own is the old system's."""

MAX_SHADOW_SECONDS = 5
"""Longer than this, nobody would wait for a comparison."""

_DIFFERENCES = f"""\
filter message = "{DIFFERENT_MESSAGE}"
| stats count(*) as answers, latest(correlation_id) as example by route, difference
| sort answers desc"""


@dataclass(frozen=True, kw_only=True)
class StranglerFacadeArgs(Arguments):
    """The old system, and what moves away from it."""

    foundation: Foundation
    """What the router runs on, and whom alarms notify."""

    legacy: Forward
    """The old system. It answers every route that is not named here. Routes can move step by step
    only if it has a `url`: the router is outside its network."""

    routes: Mapping[str, MovingRoute] = field(default_factory=dict)
    """Routes on their way, by key such as "GET /products/{id}"."""

    moved: Mapping[str, PythonFunction] = field(default_factory=dict)
    """Routes that have arrived: API Gateway calls the function itself, and a deployment is needed
    to move one back."""

    access: ApiAccess
    """Who may call any of them, the old system's included."""

    shadow_seconds: float = 0.5
    """How much longer than the old system the new one may take to be compared: a request in shadow
    is answered so much later at most. 0 to 5."""

    read_seconds: Annotated[int, Between(1, 10)] = 5
    """How long it takes at most until every instance of the router knows a stage that was set, 1 to
    10. Each instance reads the parameter so often; SSM takes 40 reads a second."""

    memory_mb: Annotated[int | None, SameAs(PythonFunctionArgs, "memory_mb")] = None
    """Memory of the router, 128 to 10240; left out, that of the foundation's runtime."""

    thresholds: StranglerThresholds = field(default_factory=StranglerThresholds)
    """Alarm thresholds of routes and router."""

    api_thresholds: ApiThresholds = field(default_factory=ApiThresholds)
    """Alarm thresholds of the API, which has the old system's routes, too."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for route_key in (*self.routes, *self.moved):
            require_route(route_key)
            if route_key in (DEFAULT_ROUTE, *LEGACY_ROUTES):
                raise ValueError(
                    f"routes and moved must not have {route_key!r}, which is the old system's: "
                    "name what moves"
                )
        if both := sorted(self.routes.keys() & self.moved.keys()):
            raise ValueError(f"a route must be in routes or in moved, got {both[0]!r} in both")
        for route_key, route in self.routes.items():
            route.require_route(route_key, self.access.auth)
        if not 0 <= self.shadow_seconds <= MAX_SHADOW_SECONDS:
            raise ValueError(
                f"shadow_seconds must be between 0 and {MAX_SHADOW_SECONDS}, "
                f"got {self.shadow_seconds:g}"
            )
        if self.routes:
            self._require_router()

    def _require_router(self) -> None:
        if self.legacy.is_private:
            raise ValueError(
                "legacy must have a url for routes to move step by step, got a private one: the "
                "router is not in its network; use moved, or give the old system a public address"
            )
        seconds = self.legacy.timeout_seconds + self.shadow_seconds
        if seconds > MAX_NEW_SECONDS:
            raise ValueError(
                f"timeout_seconds of legacy and shadow_seconds must be at most {MAX_NEW_SECONDS} "
                f"in sum, got {seconds:g}: API Gateway gives up after 30 s"
            )
        longest = len(write_stages(dict.fromkeys(self.routes, SHADOW)))
        if longest > MAX_PARAMETER_CHARACTERS:
            raise ValueError(
                f"the keys of routes must fit into a parameter of {MAX_PARAMETER_CHARACTERS} "
                f"characters, got {longest}; move what has arrived to moved, or use two facades"
            )


class StranglerFacade(Component):
    """An HTTP API in front of an old system and of what replaces it."""

    url: pulumi.Output[str]
    """The one address."""

    stages: Mapping[str, str]
    """The stage that the program declares for each moving route."""

    alarms: Sequence[Alarm]
    """On the API, on each moving route, on the router and on the old system behind it."""

    functions: Sequence[PythonFunction]
    """The router, and the new functions."""

    def __init__(
        self, name: str, args: StranglerFacadeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:StranglerFacade", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._router = self._make_router() if args.routes else None
        self._api = self._http_api()
        self.url = self._api.url
        self.stages = {key: each.declared_stage for key, each in args.routes.items()}
        new = [*(each.new for each in args.routes.values()), *args.moved.values()]
        own = [] if self._router is None else [self._router.function]
        self.functions = list({each.logical_name: each for each in (*own, *new)}.values())
        self.alarms = self._make_alarms()
        self.register_outputs({"url": self.url})

    def dashboard_rows(self) -> list[DashboardRow]:
        """The API as a whole, and for each moving route who answers it, and how answers compare."""
        row = DashboardRow(title=f"Clients → {self._name}", graphs=api_graphs(self._api))
        return [row, *(self._route_row(key) for key in self._args.routes)]

    def log_queries(self) -> dict[str, str]:
        """Where the two sides differ."""
        return {"strangler-differences": _DIFFERENCES}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where the stages are."""
        if self._router is None:
            return {}
        entry = {
            "parameterName": self._router.parameter.name,
            "component": component_name(self._name),
            "routes": dict(self.stages),
            "readSeconds": self._args.read_seconds,
        }
        return {"movingRoutes": {self._name: entry}}

    def _make_router(self) -> Router:
        args = self._args
        return Router(
            self._name,
            foundation=args.foundation,
            legacy=args.legacy,
            routes=args.routes,
            shadow_seconds=args.shadow_seconds,
            read_seconds=args.read_seconds,
            memory_mb=args.memory_mb,
            parent=self,
        )

    def _http_api(self) -> HttpApi:
        args = self._args
        routes: dict[str, Target] = dict.fromkeys(LEGACY_ROUTES, args.legacy)
        if self._router is not None:
            routes |= dict.fromkeys(args.routes, self._router.function)
        return HttpApi(
            f"{self._name}-api",
            HttpApiArgs(
                foundation=args.foundation, routes={**routes, **args.moved}, access=args.access
            ),
            opts=self._child,
        )

    def _make_alarms(self) -> list[Alarm]:
        args, name = self._args, self._name
        alarms = api_alarms(
            name, self._api, thresholds=args.api_thresholds, foundation=args.foundation
        )
        if self._router is not None:
            alarms += facade_alarms(
                name,
                self._router.function,
                thresholds=args.thresholds,
                foundation=args.foundation,
            )
        made = make_alarms(name, alarms, self._child)
        for key in args.routes:
            own = route_alarms(name, key, thresholds=args.thresholds, foundation=args.foundation)
            made += make_alarms(f"{name}-{slug(key)}", own, self._child)
        return made

    def _route_row(self, route_key: str) -> DashboardRow:
        answered = {
            "old system": metrics.BY_LEGACY,
            "new function": metrics.BY_NEW,
            "5xx": metrics.SERVER_ERRORS,
        }
        compared = {
            "same": metrics.SAME,
            "different": metrics.DIFFERENT,
            "not compared": metrics.NOT_COMPARED,
        }
        graphs = [
            MetricGraph(
                title=title,
                lines={
                    label: route_metric(self._name, metric, route_key)
                    for label, metric in lines.items()
                },
            )
            for title, lines in (("Answered by", answered), ("In shadow", compared))
        ]
        return DashboardRow(title=f"{self._name}: {route_key}", graphs=graphs)

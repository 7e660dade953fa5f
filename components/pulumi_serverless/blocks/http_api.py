"""An HTTP API: its routes, who may call them, and its stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.api_access import (
    PUBLIC_TAG,
    ApiAccess,
    ApiAuth,
    HeaderName,
    NoAuth,
    RouteLimit,
)
from pulumi_serverless.blocks.argument_checks import require_known
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.http_authorizers import Authorizers
from pulumi_serverless.blocks.http_stage import STAGE, make_stage
from pulumi_serverless.blocks.http_targets import ApiOfTargets, Target, as_target
from pulumi_serverless.blocks.metric import Metric, Statistic
from pulumi_serverless.blocks.routes import DEFAULT_ROUTE, require_route, require_variables, slug


@dataclass(frozen=True, kw_only=True)
class HttpApiArgs(Arguments):
    """The routes of an API, and who may call them."""

    foundation: Foundation
    """Retention and encryption of its access log."""

    routes: Mapping[str, Target]
    """Functions by route key, e.g. "GET /orders/{orderId}", "ANY /orders" or "$default"; or
    another target, e.g. `SendToQueue`."""

    access: ApiAccess
    """Who may call, from which web pages, and how often."""

    route_auth: Mapping[str, ApiAuth] = field(default_factory=dict)
    """How callers of single routes authenticate, by route key, in place of `access.auth`."""

    route_limits: Mapping[str, RouteLimit] = field(default_factory=dict)
    """How often single routes may be called, by route key, in place of the limits in `access`,
    which each of the other routes has for itself."""

    route_metrics: bool = False
    """Whether API Gateway publishes its metrics for each route, too: `route_metric`. CloudWatch
    bills them as custom metrics."""

    request_headers: Sequence[HeaderName] = ()
    """Headers that web pages may send in addition to credentials, e.g. "if-match"."""

    response_headers: Sequence[HeaderName] = ()
    """Headers that web pages may read, e.g. "etag"."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for route_key in self.routes:
            require_route(route_key)
        require_variables(self.routes)
        for name in ("route_auth", "route_limits"):
            for route_key in getattr(self, name):
                require_known(f"a route of {name}", route_key, self.routes)
        for auth, route_keys in self.routes_by_auth():
            auth.require_routes(route_keys)
        for route_key, target in self.routes.items():
            as_target(target).require_route(route_key)

    def auth_of(self, route_key: str) -> ApiAuth:
        """How callers of a route authenticate."""
        return self.route_auth.get(route_key, self.access.auth)

    def routes_by_auth(self) -> list[tuple[ApiAuth, list[str]]]:
        """Each way to authenticate, with its routes. That of `access` may have none."""
        found: list[tuple[ApiAuth, list[str]]] = [(self.access.auth, [])]
        for route_key in self.routes:
            auth = self.auth_of(route_key)
            known = next((keys for each, keys in found if each == auth), None)
            if known is None:
                found.append((auth, [route_key]))
            else:
                known.append(route_key)
        return found


class HttpApi(Component):
    """An HTTP API; each route may invoke its own function and no other."""

    url: pulumi.Output[str]
    """Address of the API, without a trailing slash."""

    id: pulumi.Output[str]
    """The API's id, which is the dimension of its metrics."""

    def __init__(
        self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:HttpApi", name, args, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._api = aws.apigatewayv2.Api(
            name,
            protocol_type="HTTP",
            cors_configuration=_cors(args),
            tags=PUBLIC_TAG if _is_open(args) else None,
            opts=self._child,
        )
        self._targets = ApiOfTargets(name, self._api, args.foundation.encryption_key, self)
        authorizers = Authorizers(name, self._api, self._child)
        routes = {
            route_key: self._route(
                route_key, target, authorizers.guard(route_key, args.auth_of(route_key))
            )
            for route_key, target in args.routes.items()
        }
        for route_key, target in _preflights(args).items():
            # A preflight carries no credentials: a protected route that takes every method would
            # reject it before API Gateway could respond to it.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
            self._route(route_key, target, {"authorization_type": "NONE"})
        make_stage(
            name,
            self._api,
            foundation=args.foundation,
            access=args.access,
            limits={routes[key]: limit for key, limit in args.route_limits.items()},
            detailed_metrics=args.route_metrics,
            parent=self,
        )
        self.url = self._api.api_endpoint
        self.id = self._api.id
        self.register_outputs({"url": self.url})

    def metric(self, name: str, statistic: Statistic) -> Metric:
        """A metric that API Gateway publishes about the API.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
        """
        return Metric(
            namespace="AWS/ApiGateway",
            name=name,
            dimensions={"ApiId": self.id},
            statistic=statistic,
        )

    def route_metric(self, route_key: str, name: str, statistic: Statistic) -> Metric:
        """A metric that API Gateway publishes about one route.

        ValueError without `route_metrics`, and for a route that takes any method: AWS does not say
        under which one it would count.
        """
        require_known("route_key", route_key, self._args.routes)
        method, _, path = route_key.partition(" ")
        if not self._args.route_metrics:
            raise ValueError(f"{self._name} must have route_metrics=True, got False")
        if method in ("ANY", DEFAULT_ROUTE):
            raise ValueError(f"a route with metrics of its own must have a method, got {route_key}")
        return Metric(
            namespace="AWS/ApiGateway",
            name=name,
            dimensions={
                "ApiId": self.id,
                "Method": method,
                "Resource": path,
                "Stage": STAGE,
            },
            statistic=statistic,
        )

    def _route(
        self, route_key: str, target: Target, guard: dict[str, Any]
    ) -> aws.apigatewayv2.Route:
        integration = as_target(target).integrate(self._targets, route_key)
        return aws.apigatewayv2.Route(
            f"{self._name}-{slug(route_key)}",
            api_id=self._api.id,
            route_key=route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            opts=self._child,
            **guard,
        )


def _is_open(args: HttpApiArgs) -> bool:
    return any(isinstance(args.auth_of(route_key), NoAuth) for route_key in args.routes)


def _cors(args: HttpApiArgs) -> aws.apigatewayv2.ApiCorsConfigurationArgs | None:
    if not args.access.cors_origins:
        return None
    methods = {key.split(" ")[0] for key in args.routes} - {"ANY", DEFAULT_ROUTE}
    credentials = [name for auth, _ in args.routes_by_auth() for name in auth.request_headers]
    return aws.apigatewayv2.ApiCorsConfigurationArgs(
        allow_origins=list(args.access.cors_origins),
        allow_methods=sorted(methods),
        allow_headers=list(dict.fromkeys([*credentials, *args.request_headers])),
        expose_headers=list(args.response_headers),
        max_age=args.access.cors_max_age_seconds,
    )


def _preflights(args: HttpApiArgs) -> dict[str, Target]:
    """An open OPTIONS route beside every route that takes all methods, if web pages may call."""
    if not args.access.cors_origins:
        return {}
    return {
        f"OPTIONS {'/{proxy+}' if key == DEFAULT_ROUTE else key.removeprefix('ANY ')}": target
        for key, target in args.routes.items()
        if key == DEFAULT_ROUTE or key.startswith("ANY ")
    }

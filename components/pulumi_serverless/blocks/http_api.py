"""An HTTP API: its routes, who may call them, and its stage."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.api_access import PUBLIC_TAG, ApiAccess, NoAuth
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.http_authorizers import Authorizers
from pulumi_serverless.blocks.http_targets import ApiOfTargets, Target, as_target
from pulumi_serverless.blocks.metric import Metric, Statistic
from pulumi_serverless.blocks.names import api_log_group
from pulumi_serverless.blocks.routes import DEFAULT_ROUTE, require_route, slug

# No path, query, address or body: they may contain personal data. Unknown values are "-".
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "requestTimeEpoch": "$context.requestTimeEpoch",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "responseLatencyMs": "$context.responseLatency",
        "integrationLatencyMs": "$context.integrationLatency",
        "integrationError": "$context.integrationErrorMessage",
        "authorizerError": "$context.authorizer.error",
        "subject": "$context.authorizer.claims.sub",
        "userArn": "$context.identity.userArn",
    }
)


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

    request_headers: Sequence[str] = ()
    """Headers that web pages may send in addition to credentials, e.g. "if-match"."""

    response_headers: Sequence[str] = ()
    """Headers that web pages may read, e.g. "etag"."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for route_key in self.routes:
            require_route(route_key)
        self.access.auth.require_routes(list(self.routes))
        for route_key, target in self.routes.items():
            as_target(target).require_route(route_key)


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
            tags=PUBLIC_TAG if isinstance(args.access.auth, NoAuth) else None,
            opts=self._child,
        )
        self._targets = ApiOfTargets(name, self._api, args.foundation.encryption_key, self)
        authorizers = Authorizers(name, self._api, self._child)
        for route_key, target in args.routes.items():
            self._route(route_key, target, authorizers.guard(route_key, args.access.auth))
        for route_key, target in _preflights(args).items():
            # A preflight carries no credentials: a protected route that takes every method would
            # reject it before API Gateway could respond to it.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
            self._route(route_key, target, {"authorization_type": "NONE"})
        self._stage()
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

    def _route(self, route_key: str, target: Target, guard: dict[str, Any]) -> None:
        integration = as_target(target).integrate(self._targets, route_key)
        aws.apigatewayv2.Route(
            f"{self._name}-{slug(route_key)}",
            api_id=self._api.id,
            route_key=route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            opts=self._child,
            **guard,
        )

    def _stage(self) -> None:
        access, foundation = self._args.access, self._args.foundation
        log = aws.cloudwatch.LogGroup(
            f"{self._name}-access",
            name=api_log_group(f"{self._name}-access"),
            retention_in_days=foundation.runtime.log_retention_days,
            kms_key_id=foundation.key_arn,
            opts=self._child,
        )
        aws.apigatewayv2.Stage(
            f"{self._name}-stage",
            api_id=self._api.id,
            name="$default",
            auto_deploy=True,
            access_log_settings={"destination_arn": log.arn, "format": _LOG_FORMAT},
            default_route_settings={
                "throttling_rate_limit": access.requests_per_second,
                "throttling_burst_limit": access.burst_requests,
            },
            opts=self._child,
        )


def _cors(args: HttpApiArgs) -> aws.apigatewayv2.ApiCorsConfigurationArgs | None:
    if not args.access.cors_origins:
        return None
    methods = {key.split(" ")[0] for key in args.routes} - {"ANY", DEFAULT_ROUTE}
    return aws.apigatewayv2.ApiCorsConfigurationArgs(
        allow_origins=list(args.access.cors_origins),
        allow_methods=sorted(methods),
        allow_headers=[*args.access.auth.request_headers, *args.request_headers],
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

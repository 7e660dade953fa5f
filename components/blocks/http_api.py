"""An HTTP API whose routes call functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.blocks.function import PythonFunction

DEFAULT_ROUTE = "$default"

# No route asks who calls. The tag says that this is meant: without it the policy pack refuses.
PUBLIC_ON_PURPOSE = {"public": "intended"}


@dataclass(frozen=True, kw_only=True)
class HttpApiArgs:
    """Who answers what, and how much of it."""

    routes: Mapping[str, PythonFunction]
    """Route keys, e.g. "GET /tasks/{taskId}", "ANY /tasks" or "$default", and who answers."""

    requests_per_second: int = 500
    """Steady rate above which the API answers 429."""

    burst_requests: int = 1_000
    """Requests that may come at once before the rate counts."""


class HttpApi(pulumi.ComponentResource):
    """A public HTTP API; each route may call its own function and no other."""

    url: pulumi.Output[str]
    """Where the API answers, without a trailing slash."""

    def __init__(
        self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:HttpApi", name, {}, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        api = aws.apigatewayv2.Api(
            name, protocol_type="HTTP", tags=PUBLIC_ON_PURPOSE, opts=self._child
        )
        integrations = self._integrate(api, set(args.routes.values()))
        for route_key, function in args.routes.items():
            self._route(api, route_key, function, integrations[function])
        aws.apigatewayv2.Stage(
            f"{name}-stage",
            api_id=api.id,
            name="$default",
            auto_deploy=True,
            default_route_settings={
                "throttling_rate_limit": args.requests_per_second,
                "throttling_burst_limit": args.burst_requests,
            },
            opts=self._child,
        )
        self.url = api.api_endpoint
        self.register_outputs({"url": self.url})

    def _integrate(
        self, api: aws.apigatewayv2.Api, functions: set[PythonFunction]
    ) -> dict[PythonFunction, aws.apigatewayv2.Integration]:
        return {
            function: aws.apigatewayv2.Integration(
                f"{self._name}-calls-{function.logical_name}",
                api_id=api.id,
                integration_type="AWS_PROXY",
                integration_uri=function.arn,
                payload_format_version="2.0",
                opts=self._child,
            )
            for function in sorted(functions, key=lambda function: function.logical_name)
        }

    def _route(
        self,
        api: aws.apigatewayv2.Api,
        route_key: str,
        function: PythonFunction,
        integration: aws.apigatewayv2.Integration,
    ) -> None:
        aws.apigatewayv2.Route(
            f"{self._name}-{_slug(route_key)}",
            api_id=api.id,
            route_key=route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            opts=self._child,
        )
        aws.lambda_.Permission(
            f"{self._name}-may-call-{_slug(route_key)}",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(api.execution_arn, "/*/", _arn_path(route_key)),
            opts=self._child,
        )


def _slug(route_key: str) -> str:
    # The permission's statement id is made from its name; AWS takes letters, digits, - and _.
    return re.sub(r"[^A-Za-z0-9]+", "-", route_key).strip("-")


def _arn_path(route_key: str) -> str:
    """A route as API Gateway names it to Lambda: "GET/tasks/{taskId}", "*/tasks", "$default"."""
    if route_key == DEFAULT_ROUTE:
        return DEFAULT_ROUTE
    method, path = route_key.split(" ", 1)
    return f"{'*' if method == 'ANY' else method}{path}"

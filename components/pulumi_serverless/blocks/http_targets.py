"""What a route of an HTTP API reaches. A further kind of target derives from `RouteTarget`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.encryption_key import EncryptionKey
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_permissions import may_invoke
from pulumi_serverless.blocks.routes import arn_path, slug

T = TypeVar("T")

MAX_FUNCTION_SECONDS = 29
"""API Gateway gives up after 30 s. A function that goes on takes concurrency from others.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""


class ApiOfTargets:
    """An API, for the targets of its routes: they make integrations for it."""

    def __init__(
        self,
        name: str,
        api: aws.apigatewayv2.Api,
        encryption_key: EncryptionKey | None,
        parent: pulumi.Resource,
    ) -> None:
        self.name = name
        self.gateway = api
        self.id = api.id
        self.encryption_key = encryption_key
        self.parent = parent
        self.child = pulumi.ResourceOptions(parent=parent)
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what several routes share, such as a role: the first one makes it."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made


class RouteTarget(ABC):
    """What a route reaches, beside a function."""

    def require_route(self, route_key: str) -> None:  # noqa: B027 -- most take any route
        """ValueError unless a route with this key can reach the target."""

    @abstractmethod
    def integrate(self, api: ApiOfTargets, route_key: str) -> aws.apigatewayv2.Integration:
        """Return the route's integration, which routes may share, and let the API use it."""


Target = PythonFunction | RouteTarget


class CallFunction(RouteTarget):
    """The route calls a function; all of its routes share one integration."""

    def __init__(self, function: PythonFunction) -> None:
        self._function = function

    def require_route(self, route_key: str) -> None:
        """ValueError for a function that could work on when nobody waits for it any more."""
        if self._function.timeout_seconds > MAX_FUNCTION_SECONDS:
            raise ValueError(
                f"the timeout of {self._function.logical_name} must be at most "
                f"{MAX_FUNCTION_SECONDS} s for {route_key!r}, got "
                f"{self._function.timeout_seconds}: API Gateway gives up after 30 s"
            )

    def integrate(self, api: ApiOfTargets, route_key: str) -> aws.apigatewayv2.Integration:
        """Return the function's integration, and let the route call the function."""
        function = self._function
        integration = api.once(
            (CallFunction, function),
            lambda: aws.apigatewayv2.Integration(
                f"{api.name}-calls-{function.logical_name}",
                api_id=api.id,
                integration_type="AWS_PROXY",
                integration_uri=function.arn,
                payload_format_version="2.0",
                opts=api.child,
            ),
        )
        source = f"*/{arn_path(route_key)}"
        may_invoke(
            f"{api.name}-may-call-{slug(route_key)}",
            api.gateway,
            function,
            source=source,
            longest_source=source,
            opts=api.child,
        )
        return integration


def as_target(given: Target) -> RouteTarget:
    """Return the target that a program means: a function is called."""
    return CallFunction(given) if isinstance(given, PythonFunction) else given

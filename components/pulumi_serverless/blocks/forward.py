"""A route of an HTTP API that forwards to an HTTP server, without a function."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Matches
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.http_targets import ApiOfTargets, RouteTarget
from pulumi_serverless.blocks.routes import DEFAULT_ROUTE, slug

MIN_SECONDS, MAX_SECONDS = 0.05, 30
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

_VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)\+?\}")

_Url = Annotated[
    pulumi.Input[str],
    Matches(
        r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:[0-9]{1,5})?"
        r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*",
        "a URL like https://legacy.example.com, without a slash or a query at its end; plain HTTP "
        "on the loopback only, for a local run",
    ),
]
_ListenerArn = Annotated[
    pulumi.Input[str],
    Matches(
        r"arn:[a-z-]+:(elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/|servicediscovery:).+",
        "the ARN of a load balancer's listener, or of a Cloud Map service",
    ),
]


@dataclass(frozen=True, kw_only=True)
class PrivateServer(Arguments):
    """A server that nothing but a VPC reaches."""

    listener_arn: _ListenerArn
    """Listener of its load balancer, which gets the path of the request."""

    vpc_link_id: pulumi.Input[str]
    """The VPC link through which an API reaches the listener."""


@dataclass(frozen=True, kw_only=True)
class Forward(Arguments, RouteTarget):
    """The route forwards each request to an HTTP server and answers what that answers: give `url`
    or `private`.

    API Gateway decodes paths before it forwards them: an encoded slash arrives as a slash.
    """

    url: _Url | None = None
    """Where paths begin: https, reachable from the internet. The path of the route comes after it,
    with what its variables stand for."""

    private: PrivateServer | None = None
    """A server that is not."""

    timeout_seconds: float = 25
    """How long the server may take, 0.05 to 30; after it the client gets 504."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not MIN_SECONDS <= self.timeout_seconds <= MAX_SECONDS:
            raise ValueError(
                f"timeout_seconds must be between {MIN_SECONDS} and {MAX_SECONDS}, "
                f"got {self.timeout_seconds:g}"
            )
        if (self.url is None) == (self.private is None):
            raise ValueError(
                "a route must be forwarded either to url or to private, got "
                f"{'none of them' if self.url is None else 'both'}"
            )

    @property
    def is_private(self) -> bool:
        """Whether nothing but the API reaches the server."""
        return self.private is not None

    def require_route(self, route_key: str) -> None:
        """ValueError for $default, which has no variable that stands for the path."""
        if route_key == DEFAULT_ROUTE and not self.is_private:
            raise ValueError(
                "a route that forwards to a url must name its path, such as ANY /{proxy+} and "
                f"ANY /, got {route_key!r}"
            )

    def integrate(self, api: ApiOfTargets, route_key: str) -> aws.apigatewayv2.Integration:
        """Return the route's integration: each path has a URL of its own."""
        return aws.apigatewayv2.Integration(
            f"{api.name}-forwards-{slug(route_key)}",
            api_id=api.id,
            integration_type="HTTP_PROXY",
            integration_method="ANY",
            integration_uri=self._uri(route_key),
            payload_format_version="1.0",
            timeout_milliseconds=round(self.timeout_seconds * 1_000),
            connection_type="VPC_LINK" if self.is_private else "INTERNET",
            connection_id=None if self.private is None else self.private.vpc_link_id,
            opts=api.child,
        )

    def _uri(self, route_key: str) -> pulumi.Input[str]:
        if self.private is not None:
            return self.private.listener_arn
        path = _VARIABLE.sub(r"{\1}", route_key.partition(" ")[2])
        return pulumi.Output.concat(self.url or "", path)

"""The authorizers of an HTTP API: one for each way in which its routes know their callers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.api_access import ApiAuth, IamAuth, JwtAuth, require_each_route
from pulumi_serverless.blocks.argument_checks import Between, Distinct, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_permissions import may_invoke

# API Gateway waits no longer for an authorizer, and responds with 500.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_TIMEOUT_SECONDS = 10

_HEADER = Matches(r"[a-z0-9][a-z0-9-]*", "the name of a header in lower case, like x-api-key")
_EXAMPLE_ID = "a1b2c3"


@dataclass(frozen=True, kw_only=True)
class LambdaAuth(ApiAuth):
    """A function of this program decides on each request: `{"isAuthorized": …, "context": {…}}`.

    Without one of the headers API Gateway responds with 401 and does not ask; a refusal is 403, and
    a function that fails lets nobody in: 500. The context is in the event of the route's function
    as `requestContext.authorizer.lambda`.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    """

    kind: Literal["lambda"] = "lambda"

    function: PythonFunction
    """Decides; its timeout is at most 10 seconds. It gets events of payload format 2.0."""

    headers: Annotated[Sequence[Annotated[str, _HEADER]], Size(1, 5), Distinct()] = (
        "authorization",
    )
    """What tells callers apart, 1 to 5 headers that each request must have. For all requests to one
    route that are equal in them, a cached decision is the same."""

    cache_seconds: Annotated[int, Between(0, 3600)] = 300
    """How long a decision holds, 0 to 3600, also if the function would decide otherwise by now;
    with 0 each request asks."""

    routes: Sequence[str] = ()
    """The routes that the function knows: the API must have them and no others, but for catch-all
    routes. Empty: any."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.function.timeout_seconds > MAX_TIMEOUT_SECONDS:
            raise ValueError(
                f"the timeout of {self.function.logical_name} must be at most "
                f"{MAX_TIMEOUT_SECONDS} s, got {self.function.timeout_seconds}: API Gateway waits "
                "no longer for who may call"
            )

    @property
    def request_headers(self) -> Sequence[str]:
        """The headers that tell callers apart."""
        return self.headers

    @property
    def identity_sources(self) -> list[str]:
        """What a decision is cached by. The route is always in it: what a caller may do on one
        route says nothing about another."""
        headers = [f"$request.header.{each}" for each in self.headers]
        return [*headers, "$context.routeKey"] if self.cache_seconds else headers

    def require_routes(self, route_keys: Sequence[str]) -> None:
        """ValueError if the function knows a route that is not there, or does not know one."""
        if self.routes:
            require_each_route(f"routes of {self.function.logical_name}", self.routes, route_keys)

    def with_copies(self, copies: Mapping[str, str]) -> LambdaAuth:
        """Return the same for the copies of the routes, too, if it names the routes."""
        copied = [new for new, old in copies.items() if old in self.routes]
        return replace(self, routes=[*self.routes, *copied])


class Authorizers:
    """Makes an authorizer when the first route needs it; all with equal settings share it."""

    def __init__(self, api_name: str, api: aws.apigatewayv2.Api, opts: pulumi.ResourceOptions):
        self._name, self._api, self._opts = api_name, api, opts
        self._made: dict[str, tuple[Arguments, aws.apigatewayv2.Authorizer]] = {}

    def guard(self, route_key: str, auth: ApiAuth) -> dict[str, Any]:
        """Return the authorization that a route requires, as arguments of the route.

        ValueError if one function is to decide with different settings.
        """
        if isinstance(auth, JwtAuth):
            return {
                "authorization_type": "JWT",
                "authorizer_id": self._of_issuer(auth).id,
                "authorization_scopes": list(auth.scopes.get(route_key, ())) or None,
            }
        if isinstance(auth, LambdaAuth):
            return {
                "authorization_type": "CUSTOM",
                "authorizer_id": self._of_function(auth).id,
            }
        return {"authorization_type": "AWS_IAM" if isinstance(auth, IamAuth) else "NONE"}

    def _of_issuer(self, auth: JwtAuth) -> aws.apigatewayv2.Authorizer:
        accepted = json.dumps([auth.issuer, *auth.audiences])
        # Another issuer gets another authorizer, not the same one with another meaning: routes that
        # still refer to the old one are never guarded by the new issuer meanwhile.
        name = f"{self._name}-tokens-{hashlib.sha256(accepted.encode()).hexdigest()[:6]}"
        if name not in self._made:
            made = aws.apigatewayv2.Authorizer(
                name,
                api_id=self._api.id,
                authorizer_type="JWT",
                identity_sources=["$request.header.Authorization"],
                jwt_configuration={"issuer": auth.issuer, "audiences": list(auth.audiences)},
                opts=self._opts,
            )
            self._made[name] = (auth, made)
        return self._made[name][1]

    def _of_function(self, auth: LambdaAuth) -> aws.apigatewayv2.Authorizer:
        name = f"{self._name}-asks-{auth.function.logical_name}"
        if name in self._made:
            before, made = self._made[name]
            if before != auth:
                raise ValueError(
                    f"{auth.function.logical_name} must decide with the same settings on all "
                    f"routes of {self._name}, got {auth.identity_sources} for "
                    f"{auth.cache_seconds} s besides others; use one LambdaAuth for them"
                )
            return made
        made = aws.apigatewayv2.Authorizer(
            name,
            api_id=self._api.id,
            authorizer_type="REQUEST",
            authorizer_uri=auth.function.invoke_arn,
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            identity_sources=auth.identity_sources,
            authorizer_result_ttl_in_seconds=auth.cache_seconds,
            opts=self._opts,
        )
        self._made[name] = (auth, made)
        may_invoke(
            f"{self._name}-may-ask-{auth.function.logical_name}",
            self._api,
            auth.function,
            source=pulumi.Output.concat("authorizers/", made.id),
            longest_source=f"authorizers/{_EXAMPLE_ID}",
            opts=self._opts,
        )
        return made

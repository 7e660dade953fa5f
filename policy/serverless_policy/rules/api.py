"""Rules about who may call an API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serverless_policy.resource import UNKNOWN, Resource, of_type
from serverless_policy.rule import Finding, Rule

PUBLIC_TAG = ("public", "intended")


def _open_routes(resources: Sequence[Resource]) -> Iterator[Finding]:
    apis = list(of_type(resources, "aws:apigatewayv2/api:Api"))
    for route in of_type(resources, "aws:apigatewayv2/route:Route"):
        intended = any(route.uses("apiId", api) and _is_meant_to_be_public(api) for api in apis)
        if _is_open(route) and not intended:
            yield Finding(route, f"{route.get('routeKey')} requires no credentials")
    for url in of_type(resources, "aws:lambda/functionUrl:FunctionUrl"):
        if url.get("authorizationType") == "NONE":
            yield Finding(url, "the function's URL requires no credentials")


def _is_open(route: Resource) -> bool:
    # A web page's preflight carries no credentials: its routes are open in every API.
    preflight = str(route.get("routeKey")).startswith("OPTIONS ")
    return route.get("authorizationType") in (None, "NONE") and not preflight


def _is_meant_to_be_public(api: Resource) -> bool:
    key, value = PUBLIC_TAG
    return api.get("tags", key) in (value, UNKNOWN)


OPEN_ROUTES = Rule(
    id="routes-need-credentials",
    rejects="routes and function URLs without authorization",
    remediation="Give the route an authorizer: ApiAccess with auth of kind iam, jwt or lambda. If "
    "the API is public on purpose, kind none tags it with "
    f"{PUBLIC_TAG[0]}: {PUBLIC_TAG[1]}.",
    sees="stack",
    check=_open_routes,
)

"""What single routes of an API have of their own: who may call, how often, and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pulumi_serverless.blocks.api_access import (
    ApiAccess,
    ApiAuth,
    IamAuth,
    JwtAuth,
    NoAuth,
    RouteLimit,
)
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION, a_function

API = "aws:apigatewayv2/api:Api"
ROUTE = "aws:apigatewayv2/route:Route"
READ, WRITE, ANY = "GET /things/{thingId}", "PUT /things/{thingId}", "ANY /things"
TOKENS = JwtAuth(issuer="https://auth.example.com/", audiences=["things"])
LIMIT = RouteLimit(requests_per_second=5, burst_requests=10)


def an_api(
    access: ApiAccess, route_auth: Mapping[str, ApiAuth] | None = None, **more: Any
) -> tuple[Graph, HttpApi]:
    made: list[HttpApi] = []

    def program() -> None:
        args = HttpApiArgs(
            foundation=FOUNDATION,
            routes=dict.fromkeys((READ, WRITE, ANY), a_function("keeper")),
            access=access,
            route_auth=route_auth or {},
            **more,
        )
        made.append(HttpApi("api", args))

    return record(program), made[0]


def kinds(graph: Graph) -> dict[str, str]:
    return {
        each.inputs["routeKey"]: each.inputs["authorizationType"] for each in graph.of_type(ROUTE)
    }


def stage(graph: Graph) -> Any:
    return graph.only("aws:apigatewayv2/stage:Stage").inputs


def test_a_route_may_have_another_auth_than_the_rest() -> None:
    graph, _ = an_api(ApiAccess(auth=IamAuth()), {READ: NoAuth(), WRITE: TOKENS})

    assert kinds(graph) == {READ: "NONE", WRITE: "JWT", ANY: "AWS_IAM"}


def test_an_api_with_one_open_route_is_tagged_as_public() -> None:
    opened, _ = an_api(ApiAccess(auth=IamAuth()), {READ: NoAuth()})
    closed, _ = an_api(ApiAccess(auth=NoAuth()), dict.fromkeys((READ, WRITE, ANY), IamAuth()))

    assert opened.only(API).inputs["tags"] == {"public": "intended"}
    assert "tags" not in closed.only(API).inputs


def test_scopes_name_the_routes_of_their_own_auth_only() -> None:
    readers = replace(TOKENS, scopes={READ: ["read"]})
    graph, _ = an_api(ApiAccess(auth=IamAuth()), {READ: readers})
    [guarded] = [each for each in graph.of_type(ROUTE) if each.inputs["routeKey"] == READ]
    assert guarded.inputs["authorizationScopes"] == ["read"]

    with pytest.raises(ValueError, match=r"got PUT /things/\{thingId\}"):
        an_api(ApiAccess(auth=IamAuth()), {READ: replace(TOKENS, scopes={WRITE: ["write"]})})
    with pytest.raises(ValueError, match=r"got GET /things/\{thingId\}"):
        an_api(ApiAccess(auth=readers), {READ: IamAuth(), WRITE: IamAuth()})


def test_routes_with_equal_auth_share_the_authorizer() -> None:
    graph, _ = an_api(ApiAccess(auth=IamAuth()), {READ: TOKENS, WRITE: replace(TOKENS)})

    assert len(graph.of_type("aws:apigatewayv2/authorizer:Authorizer")) == 1


def test_web_pages_may_send_the_credentials_of_every_route() -> None:
    access = ApiAccess(auth=TOKENS, cors_origins=["https://shop.example.com"])
    graph, _ = an_api(access, {READ: IamAuth()})

    allowed = graph.only(API).inputs["corsConfiguration"]["allowHeaders"]
    assert allowed == ["authorization", "x-amz-date", "x-amz-security-token"]


def test_a_route_has_its_own_limit_and_the_metrics_of_all() -> None:
    limits = {WRITE: LIMIT}
    graph, _ = an_api(ApiAccess(auth=NoAuth()), route_limits=limits, route_metrics=True)

    assert stage(graph)["defaultRouteSettings"]["detailedMetricsEnabled"] is True
    assert stage(graph)["routeSettings"] == [
        {
            "routeKey": WRITE,
            "throttlingRateLimit": 5,
            "throttlingBurstLimit": 10,
            "detailedMetricsEnabled": True,
        }
    ]


def test_a_metric_of_a_route_has_the_dimensions_of_api_gateway() -> None:
    _, api = an_api(ApiAccess(auth=NoAuth()), route_metrics=True)

    metric = api.route_metric(READ, "5xx", "Sum")

    assert {name: metric.dimensions[name] for name in ("Method", "Resource", "Stage")} == {
        "Method": "GET",
        "Resource": "/things/{thingId}",
        "Stage": "$default",
    }
    assert set(metric.dimensions) == {"ApiId", "Method", "Resource", "Stage"}


@pytest.mark.parametrize(
    ("route_key", "detailed", "text"),
    [
        (READ, False, "api must have route_metrics=True"),
        (ANY, True, "must have a method, got ANY /things"),
        ("GET /thing", True, "route_key must be one of GET /things"),
    ],
)
def test_a_metric_that_nobody_publishes_is_refused(
    route_key: str, detailed: bool, text: str
) -> None:
    _, api = an_api(ApiAccess(auth=NoAuth()), route_metrics=detailed)

    with pytest.raises(ValueError, match=text):
        api.route_metric(route_key, "5xx", "Sum")


@pytest.mark.parametrize("name", ["route_auth", "route_limits"])
def test_a_setting_for_a_route_that_is_not_there_is_refused(name: str) -> None:
    setting: Any = {"GET /thing/{thingId}": IamAuth() if name == "route_auth" else LIMIT}

    with pytest.raises(ValueError, match=rf"a route of {name} must be one of .*did you mean"):
        an_api(ApiAccess(auth=NoAuth()), **{name: setting})


def routes_of(*route_keys: str, timeout_seconds: int = 10) -> Graph:
    def program() -> None:
        function = a_function("keeper", timeout_seconds=timeout_seconds)
        args = HttpApiArgs(
            foundation=FOUNDATION,
            routes=dict.fromkeys(route_keys, function),
            access=ApiAccess(auth=IamAuth()),
        )
        HttpApi("api", args)

    return record(program)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("GET /a/{x}", "GET /a/{y}"),
        ("GET /a/{x}", "GET /a/{y}/b"),
        ("GET /{z}/a/{x}/c", "GET /{z}/a/{y}/b"),
        ("GET /a/{x+}", "GET /a/{y+}"),
    ],
)
def test_a_variable_has_one_name_in_all_routes_of_a_method(first: str, second: str) -> None:
    with pytest.raises(ValueError, match=r"a variable must have one name .* got \{y\+?\} in 'GET"):
        routes_of(first, second)


def test_variables_in_different_places_have_any_names() -> None:
    routes_of("GET /a/{x}", "GET /b/{y}", "PUT /a/{z}", "GET /a/{rest+}", "GET /a/{x}/{y}")


def test_a_route_has_no_variable_twice() -> None:
    with pytest.raises(ValueError, match=r"must have different names, got 'GET /a/\{x\}/\{x\}'"):
        routes_of("GET /a/{x}/{x}")


def test_a_function_that_outlasts_the_api_is_refused() -> None:
    routes_of("GET /a", timeout_seconds=29)

    with pytest.raises(ValueError, match="the timeout of keeper must be at most 29 s for 'GET /a'"):
        routes_of("GET /a", timeout_seconds=30)


@pytest.mark.parametrize("setting", ["request_headers", "response_headers"])
@pytest.mark.parametrize("name", ["a b", "a:", "ä"])
def test_what_can_be_no_header_is_refused(setting: str, name: str) -> None:
    with pytest.raises(ValueError, match=rf"{setting}\[0\] must be the name of a header"):
        an_api(ApiAccess(auth=IamAuth()), None, **{setting: [name]})

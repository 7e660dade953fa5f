"""Facades: routes, permissions, environment, alarms, and what is refused before deploying."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pulumi_serverless import ApiAccess, Forward, JwtAuth, NoAuth, PrivateServer
from pulumi_serverless.strangler import MovingRoute, StranglerFacade, StranglerFacadeArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.strangler.settings.environment import read_router_settings
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
PARAMETER = "aws:ssm/parameter:Parameter"
ROUTE = "aws:apigatewayv2/route:Route"
LEGACY = Forward(url="https://old.example.com")
PRIVATE = Forward(
    private=PrivateServer(
        listener_arn="arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/old/1/2",
        vpc_link_id="link-1",
    )
)
Routes = Callable[[], Mapping[str, MovingRoute]]


def two() -> Mapping[str, MovingRoute]:
    return {
        "GET /products": MovingRoute(
            new=a_function("list-products"),
            stage=20,
            sticky_by="$request.header.x-customer",
            ignored=["at"],
        ),
        "POST /orders": MovingRoute(new=a_function("take-order", timeout_seconds=20)),
    }


def none() -> Mapping[str, MovingRoute]:
    return {}


def deployed(routes: Routes = two, **settings: Any) -> tuple[Graph, dict[str, Any]]:
    found: dict[str, Any] = {}

    def program() -> None:
        moved = {key: a_function(name) for key, name in settings.pop("moved", {}).items()}
        facade = StranglerFacade(
            "front",
            StranglerFacadeArgs(
                foundation=FOUNDATION,
                legacy=settings.pop("legacy", LEGACY),
                routes=routes(),
                moved=moved,
                access=ApiAccess(auth=settings.pop("auth", NoAuth())),
                **settings,
            ),
        )
        found.update(operations=facade.operations(), functions=facade.functions)

    return record(program), found


@functools.cache
def usual() -> tuple[Graph, dict[str, Any]]:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def targets(graph: Graph) -> dict[str, str]:
    """What each route reaches, by its integration's URI."""
    uris = {f"{each.name}-id": each.inputs["integrationUri"] for each in graph.of_type(INTEGRATION)}
    return {
        each.inputs["routeKey"]: uris[each.inputs["target"].removeprefix("integrations/")]
        for each in graph.of_type(ROUTE)
    }


def test_what_moves_goes_through_the_router_and_all_else_to_the_old_system() -> None:
    graph, _ = deployed(moved={"GET /login": "log-in"})

    assert targets(graph) == {
        "ANY /{proxy+}": "https://old.example.com/{proxy}",
        "ANY /": "https://old.example.com/",
        "GET /products": "arn:front-router",
        "POST /orders": "arn:front-router",
        "GET /login": "arn:log-in",
    }


def test_the_router_may_read_the_stages_and_call_the_new_functions_and_nothing_else() -> None:
    graph, _ = usual()

    statements = [
        (statement["Action"], statement["Resource"])
        for each in graph.of_type(ROLE_POLICY)
        if each.name.startswith("front-router-may-")
        for statement in json.loads(each.inputs["policy"])["Statement"]
    ]
    own = [each for each in statements if each[0][0].split(":")[0] not in ("logs", "xray")]
    assert sorted(own) == [
        (["lambda:InvokeFunction"], ["arn:list-products"]),
        (["lambda:InvokeFunction"], ["arn:take-order"]),
        (["ssm:GetParameter"], ["arn:front-stages"]),
    ]


def test_the_environment_is_what_the_router_reads() -> None:
    graph, _ = deployed(legacy=Forward(url="https://old.example.com", timeout_seconds=8))

    function = graph.named("front-router", FUNCTION).inputs
    settings = read_router_settings(function["environment"]["variables"])
    assert (settings.legacy_url, settings.legacy_seconds) == ("https://old.example.com", "8")
    assert (settings.shadow_seconds, settings.read_seconds) == ("0.5", "5")
    products = json.loads(settings.routes)["GET /products"]
    assert products.pop("new").startswith("list-products")
    assert products == {
        "stage": "20",
        "sticky_by": "$request.header.x-customer",
        "ignored": ["at"],
    }
    assert function["timeout"] == 21


def test_a_deployment_does_not_change_what_operators_have_set() -> None:
    [parameter] = usual()[0].of_type(PARAMETER)

    assert (parameter.inputs["value"], parameter.ignore_changes) == ("{}", ["value"])


def test_tools_find_the_parameter_and_what_is_declared() -> None:
    _, found = usual()

    entry = found["operations"]["movingRoutes"]["front"]
    assert entry["routes"] == {"GET /products": "20", "POST /orders": "legacy"}
    assert entry["component"].endswith("-front")
    assert entry["readSeconds"] == 5


def test_a_facade_without_moving_routes_costs_no_function() -> None:
    graph, found = deployed(none, legacy=PRIVATE)

    assert graph.of_type(FUNCTION) == graph.of_type(PARAMETER) == []
    assert found == {"operations": {}, "functions": []}
    assert {each.name for each in graph.of_type(ALARM)} == {"front-api-errors", "front-api-latency"}


def test_each_route_has_alarms_of_its_own_and_what_cannot_be_shadowed_one_less() -> None:
    graph, _ = usual()

    assert {each.name for each in graph.of_type(ALARM)} == {
        *("front-api-errors", "front-api-latency"),
        *("front-legacy-unreachable", "front-stages-unreadable", "front-router-errors"),
        *("front-GET-products-route-errors", "front-GET-products-shadow-different"),
        "front-POST-orders-route-errors",
    }


def test_a_function_of_two_routes_is_allowed_once() -> None:
    def shared() -> Mapping[str, MovingRoute]:
        function = a_function("shop")
        return {key: MovingRoute(new=function) for key in ("GET /a", "GET /b")}

    graph, found = deployed(shared)

    assert [each.logical_name for each in found["functions"]] == ["front-router", "shop"]
    assert graph.named("front-router-may-call-shop", ROLE_POLICY)


def one(key: str, **settings: Any) -> Routes:
    return lambda: {
        key: MovingRoute(
            new=a_function("new", timeout_seconds=settings.pop("timeout", 10)), **settings
        )
    }


@pytest.mark.parametrize(
    ("routes", "settings", "error"),
    [
        (one("POST /a", stage="shadow"), {}, r"must have the method GET or HEAD, got 'POST /a'"),
        (one("ANY /a", stage="shadow"), {}, r"must have the method GET or HEAD, got 'ANY /a'"),
        (one("GET /a", stage=101), {}, "stage must be legacy, shadow, new or a percentage from 0"),
        (one("GET /a", stage="most"), {}, "to 100, got 'most'"),
        (one("GET /a", sticky_by="x-a"), {}, "sticky_by must be"),
        (
            one("GET /a", sticky_by="$context.authorizer.claims.sub"),
            {},
            "needs an API with JwtAuth",
        ),
        (one("GET /a", stage="0000500"), {}, "percentage from 0 to 100"),
        (one("GET /a", timeout=29), {}, "timeout of new must be at most 28 s"),
        (one("$default"), {}, r"must not have '\$default', which is the old system's"),
        (one("ANY /{proxy+}"), {}, r"must not have 'ANY /\{proxy\+\}'"),
        (one("GET a"), {}, "routes must have keys like"),
        (one("GET /a"), {"moved": {"GET /a": "other"}}, "in routes or in moved, got 'GET /a'"),
        (one("GET /a"), {"legacy": PRIVATE}, "legacy must have a url for routes to move"),
        (one("GET /a"), {"shadow_seconds": 6}, "shadow_seconds must be between 0 and 5, got 6"),
        (one("GET /a"), {"read_seconds": 11}, "read_seconds must be between 1 and 10, got 11"),
        (
            one("GET /a"),
            {"legacy": Forward(url="https://old.example.com", timeout_seconds=28)},
            "must be at most 28 in sum, got 28.5",
        ),
        (
            lambda: {
                f"GET /{'a' * 100}{number}": MovingRoute(new=a_function(f"new-{number}"))
                for number in range(40)
            },
            {},
            "a parameter of 4096 characters, got",
        ),
    ],
)
def test_what_could_not_work_is_refused(
    routes: Routes, settings: dict[str, Any], error: str
) -> None:
    with pytest.raises(ValueError, match=error):
        deployed(routes, **settings)


def test_callers_with_a_token_may_be_recognised_by_its_claims() -> None:
    auth = JwtAuth(issuer="https://auth.example.com/", audiences=["shop"])

    graph, _ = deployed(one("GET /a", sticky_by="$context.authorizer.claims.sub"), auth=auth)

    assert "GET /a" in targets(graph)

"""What a route reaches: a kind of target that the library does not know is one all the same."""

from __future__ import annotations

from typing import Any

import pulumi_aws as aws
import pytest

from pulumi_serverless.blocks.api_access import ApiAccess, NoAuth
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.http_targets import ApiOfTargets, RouteTarget
from pulumi_serverless.robust_api.adapters import Adapter
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION, a_function

INTEGRATION = "aws:apigatewayv2/integration:Integration"
ROUTE = "aws:apigatewayv2/route:Route"


class Elsewhere(RouteTarget):
    """Another server, which is sent whatever comes; but nothing is deleted there."""

    def require_route(self, route_key: str) -> None:
        if route_key.startswith("DELETE "):
            raise ValueError(f"nothing can be deleted elsewhere, got {route_key!r}")

    def integrate(self, api: ApiOfTargets, route_key: str) -> aws.apigatewayv2.Integration:
        return api.once(
            Elsewhere,
            lambda: aws.apigatewayv2.Integration(
                f"{api.name}-elsewhere",
                api_id=api.id,
                integration_type="HTTP_PROXY",
                integration_method="ANY",
                integration_uri="https://old.example.com/",
                opts=api.child,
            ),
        )


def an_api(*route_keys: str) -> Graph:
    def program() -> None:
        HttpApi(
            "api",
            HttpApiArgs(
                foundation=FOUNDATION,
                routes={"GET /new": a_function("new"), **dict.fromkeys(route_keys, Elsewhere())},
                access=ApiAccess(auth=NoAuth()),
            ),
        )

    return record(program)


def test_routes_reach_a_target_of_a_further_kind_beside_a_function() -> None:
    graph = an_api("GET /old", "$default")

    targets = {each.inputs["routeKey"]: each.inputs["target"] for each in graph.of_type(ROUTE)}
    assert targets["GET /old"] == targets["$default"] != targets["GET /new"]
    assert len(graph.of_type(INTEGRATION)) == 2


def test_a_target_says_which_routes_cannot_reach_it() -> None:
    with pytest.raises(ValueError, match="nothing can be deleted elsewhere, got 'DELETE /old'"):
        an_api("DELETE /old")


@pytest.mark.parametrize(
    ("kind", "methods"), [(RouteTarget, {"integrate"}), (Adapter, {"function", "require_route"})]
)
def test_a_kind_of_target_without_what_makes_it_one_cannot_be_used(
    kind: type[Any], methods: set[str]
) -> None:
    incomplete = type("Incomplete", (kind,), {})

    with pytest.raises(TypeError, match="abstract method"):
        incomplete()
    assert kind.__abstractmethods__ == methods

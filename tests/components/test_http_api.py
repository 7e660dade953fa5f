from __future__ import annotations

import re

from components.blocks.http_api import HttpApi, HttpApiArgs
from local.monitor import Graph
from tests.components.a_function import a_function
from tests.mocks import record

PERMISSION = "aws:lambda/permission:Permission"
ROUTE = "aws:apigatewayv2/route:Route"
INTEGRATION = "aws:apigatewayv2/integration:Integration"


def an_api() -> Graph:
    def program() -> None:
        reader, writer = a_function("reader"), a_function("writer")
        HttpApi(
            "api",
            HttpApiArgs(
                routes={
                    "GET /things/{thingId}": reader,
                    "PUT /things/{thingId}": writer,
                    "ANY /things": reader,
                    "$default": reader,
                }
            ),
        )

    return record(program)


def test_a_permission_names_its_route() -> None:
    granted = {(p.inputs["function"], p.inputs["sourceArn"]) for p in an_api().of_type(PERMISSION)}
    assert granted == {
        ("reader-1a2b3c4", "arn:api/*/GET/things/{thingId}"),
        ("writer-1a2b3c4", "arn:api/*/PUT/things/{thingId}"),
        ("reader-1a2b3c4", "arn:api/*/*/things"),
        ("reader-1a2b3c4", "arn:api/*/$default"),
    }


def test_permissions_have_names_that_aws_takes_as_statement_ids() -> None:
    for permission in an_api().of_type(PERMISSION):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,92}", permission.name), permission.name


def test_routes_of_one_function_share_an_integration() -> None:
    stack = an_api()

    targets = {r.inputs["routeKey"]: r.inputs["target"] for r in stack.of_type(ROUTE)}
    assert targets["$default"] == targets["ANY /things"] == targets["GET /things/{thingId}"]
    assert targets["PUT /things/{thingId}"] != targets["$default"]
    assert len(stack.of_type(INTEGRATION)) == 2


def test_requests_above_the_rate_are_turned_away() -> None:
    (stage,) = an_api().of_type("aws:apigatewayv2/stage:Stage")
    assert stage.inputs["defaultRouteSettings"] == {
        "throttlingRateLimit": 500,
        "throttlingBurstLimit": 1_000,
    }

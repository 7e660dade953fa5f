from __future__ import annotations

import functools
import json
import re
from dataclasses import replace

import pytest

from pulumi_serverless.blocks.api_access import ApiAccess, IamAuth, JwtAuth, NoAuth
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION, a_function

PERMISSION = "aws:lambda/permission:Permission"
ROUTE = "aws:apigatewayv2/route:Route"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
API = "aws:apigatewayv2/api:Api"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TOKENS = JwtAuth(
    issuer="https://auth.example.com/",
    audiences=["things"],
    scopes={"GET /things/{thingId}": ["read"], "PUT /things/{thingId}": ["write"]},
)


def an_api(access: ApiAccess | None = None) -> Graph:
    def program() -> None:
        reader, writer = a_function("reader"), a_function("writer")
        HttpApi(
            "api",
            HttpApiArgs(
                foundation=FOUNDATION,
                routes={
                    "GET /things/{thingId}": reader,
                    "PUT /things/{thingId}": writer,
                    "ANY /things": reader,
                    "$default": reader,
                },
                request_headers=["if-match"],
                response_headers=["etag"],
                access=access or ApiAccess(auth=NoAuth()),
            ),
        )

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return an_api()


def test_a_permission_names_its_route() -> None:
    granted = {(p.inputs["function"], p.inputs["sourceArn"]) for p in usual().of_type(PERMISSION)}
    assert granted == {
        ("reader-1a2b3c4", "arn:api/*/GET/things/{thingId}"),
        ("writer-1a2b3c4", "arn:api/*/PUT/things/{thingId}"),
        ("reader-1a2b3c4", "arn:api/*/*/things"),
        ("reader-1a2b3c4", "arn:api/*/$default"),
    }


def test_permissions_have_names_that_aws_takes_as_statement_ids() -> None:
    for permission in usual().of_type(PERMISSION):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,92}", permission.name), permission.name


def test_routes_of_one_function_share_an_integration() -> None:
    stack = usual()

    targets = {r.inputs["routeKey"]: r.inputs["target"] for r in stack.of_type(ROUTE)}
    assert targets["$default"] == targets["ANY /things"] == targets["GET /things/{thingId}"]
    assert targets["PUT /things/{thingId}"] != targets["$default"]
    assert len(stack.of_type(INTEGRATION)) == 2


def test_an_open_api_is_tagged_as_public() -> None:
    opened = an_api(ApiAccess(auth=NoAuth())).only(API)
    closed = an_api(ApiAccess(auth=IamAuth())).only(API)

    assert opened.inputs["tags"] == {"public": "intended"}
    assert "tags" not in closed.inputs


def test_every_route_requires_a_signature() -> None:
    routes = an_api(ApiAccess(auth=IamAuth())).of_type(ROUTE)
    assert {route.inputs["authorizationType"] for route in routes} == {"AWS_IAM"}


def test_every_route_requires_a_token_of_the_issuer_and_its_own_scopes() -> None:
    stack = an_api(ApiAccess(auth=TOKENS))

    authorizer = stack.only("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.inputs["jwtConfiguration"] == {
        "issuer": "https://auth.example.com/",
        "audiences": ["things"],
    }
    guards = {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs["authorizerId"],
            route.inputs.get("authorizationScopes"),
        )
        for route in stack.of_type(ROUTE)
    }
    assert guards == {
        "GET /things/{thingId}": ("JWT", f"{authorizer.name}-id", ["read"]),
        "PUT /things/{thingId}": ("JWT", f"{authorizer.name}-id", ["write"]),
        "ANY /things": ("JWT", f"{authorizer.name}-id", None),
        "$default": ("JWT", f"{authorizer.name}-id", None),
    }


@pytest.mark.parametrize(
    ("scopes", "message"),
    [
        ({"GET /things/{thingId}": ["read"]}, "missing PUT /things/{thingId}"),
        ({"DELETE /things": ["write"]}, "got DELETE /things"),
    ],
)
def test_scopes_that_leave_a_route_out_or_name_another_fail_before_deploy(
    scopes: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        an_api(ApiAccess(auth=replace(TOKENS, scopes=scopes)))


def test_web_pages_may_not_call_unless_they_are_listed() -> None:
    assert "corsConfiguration" not in usual().only(API).inputs


def test_routes_with_another_issuer_have_another_authorizer() -> None:
    def of(auth: JwtAuth) -> str:
        return an_api(ApiAccess(auth=auth)).only("aws:apigatewayv2/authorizer:Authorizer").name

    others = [replace(TOKENS, issuer="https://b.example.com/"), replace(TOKENS, audiences=["b"])]
    names = {of(each) for each in [TOKENS, replace(TOKENS, scopes={}), *others]}
    assert len(names) == 3


def test_listed_web_pages_may_send_and_read_what_the_api_names() -> None:
    stack = an_api(ApiAccess(auth=TOKENS, cors_origins=["https://a.example.com"]))

    assert stack.only(API).inputs["corsConfiguration"] == {
        "allowOrigins": ["https://a.example.com"],
        "allowMethods": ["GET", "PUT"],
        "allowHeaders": ["authorization", "if-match"],
        "exposeHeaders": ["etag"],
        "maxAge": 600,
    }


def test_a_preflight_needs_no_token_where_a_route_takes_every_method() -> None:
    stack = an_api(ApiAccess(auth=TOKENS, cors_origins=["https://a.example.com"]))

    opened = {
        route.inputs["routeKey"]
        for route in stack.of_type(ROUTE)
        if route.inputs["authorizationType"] == "NONE"
    }
    assert opened == {"OPTIONS /things", "OPTIONS /{proxy+}"}


def test_every_request_is_logged_without_what_people_write() -> None:
    stack = usual()
    (stage,) = stack.of_type("aws:apigatewayv2/stage:Stage")
    line = json.loads(stage.inputs["accessLogSettings"]["format"])

    assert stage.inputs["accessLogSettings"]["destinationArn"] == "arn:api-access"
    assert stack.named("api-access", LOG_GROUP).inputs["retentionInDays"] == 30
    assert {"requestId", "routeKey", "status", "responseLatencyMs", "subject"} <= set(line)
    content = {"path", "query", "sourceIp", "userAgent", "body"}
    assert not any(word in variable for variable in line.values() for word in content)


def test_the_log_names_the_key_that_a_gatekeeper_let_in_and_its_tenant() -> None:
    (stage,) = usual().of_type("aws:apigatewayv2/stage:Stage")
    line = json.loads(stage.inputs["accessLogSettings"]["format"])

    assert (line["tenant"], line["keyId"]) == (
        "$context.authorizer.tenant",
        "$context.authorizer.keyId",
    )


def test_requests_above_the_rate_are_throttled() -> None:
    (stage,) = usual().of_type("aws:apigatewayv2/stage:Stage")
    assert stage.inputs["defaultRouteSettings"] == {
        "throttlingRateLimit": 500,
        "throttlingBurstLimit": 1_000,
    }

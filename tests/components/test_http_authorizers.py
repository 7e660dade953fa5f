from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_serverless import ApiAccess, HttpApi, HttpApiArgs, LambdaAuth, PythonFunction
from pulumi_serverless.blocks.http_authorizers import Authorizers
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION, a_function

AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
PERMISSION = "aws:lambda/permission:Permission"
ROUTE = "aws:apigatewayv2/route:Route"


def an_api(auth: Callable[[PythonFunction], LambdaAuth], *, timeout_seconds: int = 5) -> Graph:
    def program() -> None:
        reader = a_function("reader")
        HttpApi(
            "api",
            HttpApiArgs(
                foundation=FOUNDATION,
                routes={"GET /things": reader, "PUT /things": reader, "$default": reader},
                access=ApiAccess(
                    auth=auth(a_function("doorman", timeout_seconds=timeout_seconds)),
                    cors_origins=["https://a.example.com"],
                ),
            ),
        )

    return record(program)


def auth_with(**settings: Any) -> Callable[[PythonFunction], LambdaAuth]:
    return lambda doorman: LambdaAuth(function=doorman, **settings)


def test_every_route_asks_the_one_authorizer_of_the_function() -> None:
    stack = an_api(auth_with())

    authorizer = stack.only(AUTHORIZER)
    assert authorizer.inputs["authorizerUri"] == "arn:apigateway:doorman"
    assert authorizer.inputs["authorizerPayloadFormatVersion"] == "2.0"
    assert authorizer.inputs["enableSimpleResponses"] is True
    guarded = {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs.get("authorizerId"),
        )
        for route in stack.of_type(ROUTE)
    }
    asked = ("CUSTOM", f"{authorizer.name}-id")
    assert guarded == {
        "GET /things": asked,
        "PUT /things": asked,
        "$default": asked,
        "OPTIONS /{proxy+}": ("NONE", None),
    }


def test_a_cached_decision_belongs_to_a_route() -> None:
    authorizer = an_api(auth_with(headers=["x-api-key"], cache_seconds=60)).only(AUTHORIZER)

    assert authorizer.inputs["identitySources"] == [
        "$request.header.x-api-key",
        "$context.routeKey",
    ]
    assert authorizer.inputs["authorizerResultTtlInSeconds"] == 60


def test_without_a_cache_the_headers_alone_must_be_there() -> None:
    authorizer = an_api(auth_with(cache_seconds=0)).only(AUTHORIZER)

    assert authorizer.inputs["identitySources"] == ["$request.header.authorization"]
    assert authorizer.inputs["authorizerResultTtlInSeconds"] == 0


def test_api_gateway_may_ask_for_this_authorizer_only() -> None:
    stack = an_api(auth_with())

    granted = {
        p.inputs["sourceArn"]
        for p in stack.of_type(PERMISSION)
        if p.inputs["function"] == "doorman-1a2b3c4"
    }
    assert granted == {"arn:api/authorizers/api-asks-doorman-id"}


def test_web_pages_may_send_the_headers_that_tell_callers_apart() -> None:
    api = an_api(auth_with(headers=["x-api-key"])).only("aws:apigatewayv2/api:Api")

    assert api.inputs["corsConfiguration"]["allowHeaders"] == ["x-api-key"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cache_seconds": 3601}, "cache_seconds must be between 0 and 3600, got 3601"),
        ({"headers": []}, "headers must have 1 to 5 entries, got 0"),
        ({"headers": ["Authorization"]}, "in lower case, like x-api-key, got 'Authorization'"),
        ({"headers": ["x-key", "x-key"]}, "headers must all be different"),
        ({"routes": ["GET /things"]}, "missing PUT /things"),
        ({"routes": ["GET /things", "PUT /things", "GET /other"]}, "got GET /other"),
    ],
)
def test_what_api_gateway_or_the_function_would_not_take_fails_before_deploy(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        an_api(auth_with(**settings))


def test_a_function_that_may_run_longer_than_api_gateway_waits_fails_before_deploy() -> None:
    with pytest.raises(ValueError, match=re.escape("must be at most 10 s, got 11")):
        an_api(auth_with(), timeout_seconds=11)


def test_copies_of_routes_are_known_as_the_routes_are() -> None:
    def program() -> None:
        auth = LambdaAuth(function=a_function("doorman"), routes=["GET /a"])
        copied = auth.with_copies({"HEAD /a": "GET /a", "HEAD /b": "GET /b"})
        assert json.dumps(copied.routes) == '["GET /a", "HEAD /a"]'

    record(program)


def test_one_function_decides_with_the_same_settings_on_all_routes() -> None:
    def program() -> None:
        doorman = a_function("doorman")
        api = aws.apigatewayv2.Api("api", protocol_type="HTTP")
        authorizers = Authorizers("api", api, pulumi.ResourceOptions())
        first = authorizers.guard("GET /a", LambdaAuth(function=doorman))
        assert authorizers.guard("GET /b", LambdaAuth(function=doorman)) == first
        with pytest.raises(ValueError, match="doorman must decide with the same settings"):
            authorizers.guard("GET /c", LambdaAuth(function=doorman, cache_seconds=0))

    record(program)

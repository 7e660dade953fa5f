"""Routes that forward to an HTTP server without a function."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from pulumi_serverless.blocks.api_access import ApiAccess, NoAuth
from pulumi_serverless.blocks.forward import Forward, PrivateServer
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION

INTEGRATION = "aws:apigatewayv2/integration:Integration"
PERMISSION = "aws:lambda/permission:Permission"
LISTENER = (
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/old/50dc6c495c0c9188/a1b2c3"
)

PRIVATE = PrivateServer(listener_arn=LISTENER, vpc_link_id="link-1")


def an_api(*route_keys: str, **settings: Any) -> Graph:
    def program() -> None:
        HttpApi(
            "api",
            HttpApiArgs(
                foundation=FOUNDATION,
                routes=dict.fromkeys(route_keys, Forward(**settings)),
                access=ApiAccess(auth=NoAuth()),
            ),
        )

    return record(program)


def uris(graph: Graph) -> list[str]:
    return [each.inputs["integrationUri"] for each in graph.of_type(INTEGRATION)]


def test_each_route_has_a_url_of_its_own_and_no_function() -> None:
    graph = an_api("ANY /{proxy+}", "ANY /", "GET /a/{id}", url="https://old.example.com/base")

    assert sorted(uris(graph)) == [
        "https://old.example.com/base/",
        "https://old.example.com/base/a/{id}",
        "https://old.example.com/base/{proxy}",
    ]
    inputs = graph.of_type(INTEGRATION)[0].inputs
    assert (inputs["integrationType"], inputs["integrationMethod"]) == ("HTTP_PROXY", "ANY")
    assert inputs["connectionType"] == "INTERNET"
    assert graph.of_type(PERMISSION) == []


def test_the_time_is_in_milliseconds() -> None:
    graph = an_api("ANY /", url="https://old.example.com", timeout_seconds=2.5)

    assert graph.of_type(INTEGRATION)[0].inputs["timeoutMilliseconds"] == 2_500


def test_a_private_listener_is_reached_through_its_link() -> None:
    graph = an_api("$default", private=PRIVATE)

    [inputs] = [each.inputs for each in graph.of_type(INTEGRATION)]
    assert inputs["integrationUri"] == LISTENER
    assert (inputs["connectionType"], inputs["connectionId"]) == ("VPC_LINK", "link-1")


def test_the_url_may_be_known_later() -> None:
    def program() -> None:
        url = pulumi.Output.from_input("https://old.example.com")
        routes = {"GET /a/{id}": Forward(url=url)}
        access = ApiAccess(auth=NoAuth())
        HttpApi("api", HttpApiArgs(foundation=FOUNDATION, routes=routes, access=access))

    assert uris(record(program)) == ["https://old.example.com/a/{id}"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:80/shop"])
def test_plain_http_is_for_the_loopback(url: str) -> None:
    assert not Forward(url=url).is_private


@pytest.mark.parametrize(
    "url",
    [
        *("http://old.example.com", "old.example.com", "https://old.example.com/"),
        *("https://old.example.com?a=b", "https://old.example.com/{proxy}", "https://u:p@old.com"),
        *("http://localhost.example.com", "http://127.0.0.1.example.com", "ftp://old.example.com"),
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^url must be a URL like https://legacy.example.com"):
        Forward(url=url)


def test_there_is_one_way_to_the_server() -> None:
    with pytest.raises(ValueError, match="either to url or to private, got none of them"):
        Forward()
    with pytest.raises(ValueError, match="either to url or to private, got both"):
        Forward(url="https://old.example.com", private=PRIVATE)


@pytest.mark.parametrize("arn", ["", "old", "arn:aws:lambda:eu-west-1:123456789012:function:f"])
def test_a_private_server_has_a_listener(arn: str) -> None:
    with pytest.raises(ValueError, match=r"^listener_arn must"):
        PrivateServer(listener_arn=arn, vpc_link_id="link-1")


@pytest.mark.parametrize("seconds", [0, 0.04, 30.5, -1])
def test_the_gateway_waits_for_half_a_minute_at_most(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"timeout_seconds must be between 0.05 and 30, got"):
        Forward(url="https://old.example.com", timeout_seconds=seconds)


def test_default_has_no_path_to_put_into_a_url() -> None:
    with pytest.raises(ValueError, match=r"ANY /\{proxy\+\} and ANY /, got '\$default'"):
        an_api("$default", url="https://old.example.com")

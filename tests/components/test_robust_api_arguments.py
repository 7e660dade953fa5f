"""What a front is declared with: what is refused before anything is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_serverless import (
    ApiAccess,
    ApiAuth,
    IamAuth,
    JwtAuth,
    LambdaAuth,
    NoAuth,
    Publisher,
    PublisherArgs,
    Queue,
    QueueArgs,
    RouteLimit,
    SendToQueue,
    Topic,
    TopicArgs,
)
from pulumi_serverless.robust_api import (
    CallService,
    HandOff,
    PutOnBus,
    RobustApiArgs,
)
from pulumi_serverless.testing import record
from serverless_runtime.robust_api.settings import (
    PREFIX,
    PutOnBusSettings,
)
from serverless_runtime.shared.environment import read_settings
from tests.components.a_function import FOUNDATION, a_function
from tests.components.fronts import (
    RESTOCK,
    a_bus,
    a_front,
    a_handoff,
    deployed,
    one,
    prices,
    variables,
)


@pytest.mark.parametrize("route_key", ["GET /orders", "HEAD /orders", "OPTIONS /orders"])
@pytest.mark.parametrize(
    "target",
    [
        lambda: HandOff(handoff=a_handoff(), event_type="order.placed"),
        lambda: PutOnBus(bus=a_bus(), source="shop", detail_type="restocked"),
        lambda: SendToQueue(queue=Queue("clicks", QueueArgs(foundation=FOUNDATION))),
    ],
    ids=["handoff", "bus", "queue"],
)
def test_what_is_done_later_cannot_be_asked_for(route_key: str, target: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="must have one of the methods POST, PUT, PATCH, DELETE"):
        one(route_key, target)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_link_cannot_change_anything(method: str) -> None:
    with pytest.raises(ValueError, match="must have a safe operation, got reserve of prices"):
        one(f"{method} /reservations", lambda: CallService(service=prices(), operation="reserve"))


def test_a_post_may_change_something() -> None:
    one("POST /reservations", lambda: CallService(service=prices(), operation="reserve"))


@pytest.mark.parametrize("status", [401, 405, 418, 499, 500])
def test_a_refusal_has_a_status_that_says_no(status: int) -> None:
    with pytest.raises(
        ValueError, match=rf"refusals\['sold-out'\] must be one of 400, .* {status}"
    ):
        one(
            "GET /x",
            lambda: CallService(service=prices(), operation="quote", refusals={"sold-out": status}),
        )


@pytest.mark.parametrize("route_key", ["ANY /orders", "$default"])
def test_a_route_without_a_method_of_its_own_is_refused(route_key: str) -> None:
    with pytest.raises(ValueError, match="each route must name its method"):
        one(route_key, lambda: a_function("orders"))


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"source": "aws.shop"}, "source must be like .* which is reserved, got 'aws.shop'"),
        ({"source": ""}, "source must not be empty"),
        ({"source": "s" * 257}, "source must be like"),
        ({"detail_type": "d" * 129}, "detail_type must be like order.placed"),
    ],
)
def test_what_eventbridge_would_not_take_is_refused(changed: dict[str, str], text: str) -> None:
    settings: Any = {"source": "shop", "detail_type": "restocked", **changed}

    with pytest.raises(ValueError, match=text):
        one("POST /x", lambda: PutOnBus(bus=a_bus(), **settings))


def test_a_service_that_outlasts_the_api_is_refused() -> None:
    one("GET /x", lambda: CallService(service=prices(27), operation="quote"))

    with pytest.raises(ValueError, match="budget_seconds of prices must be at most 27"):
        one("GET /x", lambda: CallService(service=prices(27.5), operation="quote"))


def test_an_operation_that_the_service_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"operation must be one of quote, reserve, .*mean quote"):
        one("GET /x", lambda: CallService(service=prices(), operation="qoute"))


def test_a_topic_is_no_handoff() -> None:
    def target() -> HandOff:
        topic = Topic("orders", TopicArgs())
        publisher = Publisher(
            "to-orders", PublisherArgs(foundation=FOUNDATION, target=topic, event_types=["placed"])
        )
        return HandOff(handoff=publisher, event_type="placed")

    with pytest.raises(ValueError, match=r"handoff must be an AsyncHandoff, got one.*Publish"):
        one("POST /orders", target)


def test_auth_cannot_be_left_out() -> None:
    with pytest.raises(TypeError, match="access"):
        RobustApiArgs(foundation=FOUNDATION, routes={})  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="auth"):
        ApiAccess()  # type: ignore[call-arg]


@pytest.mark.parametrize("setting", ["route_auth", "route_limits"])
def test_a_setting_for_a_route_that_is_not_there_is_refused(setting: str) -> None:
    limit = RouteLimit(requests_per_second=1, burst_requests=1)
    settings: Any = {setting: {"GET /product": limit if setting == "route_limits" else IamAuth()}}

    with pytest.raises(ValueError, match=f"a route of {setting} must be one of GET /products"):
        one("GET /products", lambda: a_function("products"), **settings)


def test_more_routes_than_an_api_has_are_refused() -> None:
    def routes() -> dict[str, Any]:
        return dict.fromkeys((f"GET /{number}" for number in range(301)), a_function("many"))

    with pytest.raises(ValueError, match="routes must have 1 to 300 entries, got 301"):
        deployed(routes)


TOKENS = JwtAuth(issuer="https://auth.example.com/", audiences=["shop"])


@pytest.mark.parametrize(
    ("variable", "auth"),
    [
        ("$context.authorizer.claims.sub", lambda: TOKENS),
        ("$context.authorizer.tenant", lambda: LambdaAuth(function=a_function("doorman"))),
        ("$context.identity.userArn", IamAuth),
    ],
)
def test_a_back_end_is_told_of_the_caller_what_its_route_gets_to_know(
    variable: str, auth: Callable[[], ApiAuth]
) -> None:
    def target() -> Any:
        return PutOnBus(
            bus=a_bus(), source="shop", detail_type="restocked", fields={"who": variable}
        )

    def program(known: ApiAuth) -> dict[str, Any]:
        return {"access": ApiAccess(auth=NoAuth()), "route_auth": {RESTOCK: known}}

    graph = record(lambda: a_front({RESTOCK: target()}, **program(auth())))

    read = read_settings(PutOnBusSettings, variables(graph, "front-POST-restocks"), prefix=PREFIX)
    assert json.loads(read.fields) == {"who": variable}
    with pytest.raises(ValueError, match=r"fields\['who'\] of 'POST /restocks' must have a route"):
        one(RESTOCK, target, access=ApiAccess(auth=NoAuth()))


@pytest.mark.parametrize("variable", ["$context.path", "claims.sub", "$context.authorizer.claims."])
def test_what_no_api_says_of_callers_is_refused(variable: str) -> None:
    with pytest.raises(ValueError, match=r"must be .request.path.NAME"):
        CallService(service=prices(), operation="quote", fields={"who": variable})


@pytest.mark.parametrize(
    "target",
    [
        lambda **more: HandOff(handoff=a_handoff(), event_type="order.placed", **more),
        lambda **more: PutOnBus(bus=a_bus(), source="shop", detail_type="ordered", **more),
    ],
    ids=["handoff", "bus"],
)
def test_a_variable_that_the_target_would_not_get_is_refused(target: Callable[..., Any]) -> None:
    route_key, said = "POST /customers/{customerId}/orders", "$request.path.customerId"
    one(route_key, lambda: target(fields={"customer": said}))

    with pytest.raises(
        ValueError, match=r"fields must say each variable of .* got none for customer"
    ):
        one(route_key, target)
    with pytest.raises(
        ValueError, match=r"fields\['x'\] of .* must be one of customerId, got 'id'"
    ):
        one(route_key, lambda: target(fields={"c": said, "x": "$request.path.id"}))

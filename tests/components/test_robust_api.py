"""One API in front of many back ends: permissions, answers, alarms, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pulumi_serverless import (
    ApiAccess,
    AsyncHandoff,
    AsyncHandoffArgs,
    Bus,
    BusArgs,
    IamAuth,
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
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.robust_api import (
    CallService,
    HandOff,
    PutOnBus,
    RobustApi,
    RobustApiArgs,
    RouteThresholds,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.robust_api.settings import (
    PREFIX,
    CallServiceSettings,
    HandOffSettings,
    PutOnBusSettings,
)
from serverless_runtime.shared.environment import read_settings
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUOTE, ORDER, CLICK, RESTOCK = "GET /quotes/{id}", "POST /orders", "POST /clicks", "POST /restocks"


def prices(budget_seconds: float = 2) -> InternalApi:
    return InternalApi(
        "prices",
        InternalApiArgs(
            foundation=FOUNDATION,
            function=a_function("ask-price", timeout_seconds=30),
            operations={"quote": "safe", "reserve": "unsafe"},
            budget_seconds=budget_seconds,
        ),
    )


def a_handoff() -> AsyncHandoff:
    target = a_function("ship", timeout_seconds=10)
    return AsyncHandoff("shipping", AsyncHandoffArgs(foundation=FOUNDATION, target=target))


def a_bus() -> Bus:
    return Bus("happenings", BusArgs(description="What happens"))


def all_routes() -> dict[str, Any]:
    breakers = CircuitBreaker(
        "services", CircuitBreakerArgs(foundation=FOUNDATION, circuits=["prices"])
    )
    queue = Queue("clicks", QueueArgs(foundation=FOUNDATION))
    return {
        "GET /products/{id}": a_function("show-product"),
        QUOTE: CallService(
            service=prices(),
            operation="quote",
            refusals={"unknown": 404},
            circuit_breakers=breakers,
            max_concurrency=5,
        ),
        ORDER: HandOff(handoff=a_handoff(), event_type="order.placed"),
        CLICK: SendToQueue(queue=queue),
        RESTOCK: PutOnBus(bus=a_bus(), source="shop", detail_type="restocked"),
    }


def deployed(routes: Callable[[], Mapping[str, Any]] = all_routes, **settings: Any) -> Graph:
    def program() -> None:
        args = {"foundation": FOUNDATION, "access": ApiAccess(auth=IamAuth()), **settings}
        RobustApi("front", RobustApiArgs(routes=routes(), **args))

    return record(program)


def one(route_key: str, target: Callable[[], Any], **settings: Any) -> Graph:
    return deployed(lambda: {route_key: target()}, **settings)


def may(graph: Graph, name: str) -> tuple[list[str], list[str]]:
    [statement] = json.loads(graph.named(name, ROLE_POLICY).inputs["policy"])["Statement"]
    return statement["Action"], statement["Resource"]


def variables(graph: Graph, function: str) -> Any:
    return graph.named(function, FUNCTION).inputs["environment"]["variables"]


def test_each_function_may_use_its_own_back_end() -> None:
    graph = deployed()

    quote = may(graph, "front-GET-quotes-_id_-may-call-prices")
    assert quote == (["lambda:InvokeFunction"], ["arn:ask-price"])
    restock = may(graph, "front-POST-restocks-may-put-on-happenings")
    assert restock == (["events:PutEvents"], ["arn:happenings"])
    order = may(graph, "front-POST-orders-may-hand-off-shipping")
    assert order == (["lambda:InvokeFunction"], ["arn:ship"])
    circuits = may(graph, "front-GET-quotes-_id_-may-use-services")
    assert circuits == (["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:services"])
    click = may(graph, "front-api-to-clicks-may-send")
    assert click == (["sqs:SendMessage"], ["arn:clicks"])


def test_the_environments_are_what_the_runtime_reads() -> None:
    graph = deployed()

    quote = variables(graph, "front-GET-quotes-_id_")
    read = read_settings(CallServiceSettings, quote, prefix=PREFIX)
    assert (read.service, read.operation, read.circuit_breaker) == ("prices", "quote", "1")
    assert json.loads(read.refusals) == {"unknown": 404}
    assert {"SERVICE_PRICES_FUNCTION_ARN", "SERVICE_PRICES_SAFE"} <= set(quote)
    order = read_settings(HandOffSettings, variables(graph, "front-POST-orders"), prefix=PREFIX)
    assert (order.event_type, order.event_source) == ("order.placed", "/front-POST-orders")
    restock = variables(graph, "front-POST-restocks")
    bus = read_settings(PutOnBusSettings, restock, prefix=PREFIX)
    assert (bus.source, bus.detail_type) == ("shop", "restocked")
    assert bus.bus_name.startswith("happenings")


def test_a_route_has_the_time_of_its_service_and_its_own_concurrency() -> None:
    graph = deployed()

    quote = graph.named("front-GET-quotes-_id_", FUNCTION).inputs
    assert (quote["timeout"], quote["reservedConcurrentExecutions"]) == (4, 5)
    for name in ("front-POST-orders", "front-POST-restocks"):
        function = graph.named(name, FUNCTION).inputs
        assert (function["timeout"], "reservedConcurrentExecutions" in function) == (15, False)


def test_each_route_has_its_own_auth_limit_and_metrics() -> None:
    graph = deployed(
        route_auth={RESTOCK: NoAuth()},
        route_limits={CLICK: RouteLimit(requests_per_second=7, burst_requests=9)},
    )

    routes = graph.of_type("aws:apigatewayv2/route:Route")
    kinds = {each.inputs["routeKey"]: each.inputs["authorizationType"] for each in routes}
    assert kinds == {**dict.fromkeys(kinds, "AWS_IAM"), RESTOCK: "NONE"}
    [limit] = graph.only("aws:apigatewayv2/stage:Stage").inputs["routeSettings"]
    assert (limit["throttlingRateLimit"], limit["throttlingBurstLimit"]) == (7, 9)
    assert limit["detailedMetricsEnabled"] is True


def test_the_thresholds_are_those_of_the_program() -> None:
    graph = deployed(
        thresholds=ApiThresholds(error_percent=31),
        route_thresholds=RouteThresholds(error_percent=47, minimum_requests=3),
    )

    assert graph.named("front-api-errors", ALARM).inputs["threshold"] == 31
    click = graph.named("front-POST-clicks-back-end-errors", ALARM).inputs
    assert click["threshold"] == 47
    [share] = [each for each in click["metricQueries"] if "expression" in each]
    assert share["expression"] == "IF(requests >= 3, 100 * errors / requests, 0)"
    assert {each["metric"]["period"] for each in click["metricQueries"] if "metric" in each} == {
        300
    }


def test_each_route_has_an_alarm_on_its_own_responses() -> None:
    graph = deployed()

    alarms = [each for each in graph.of_type(ALARM) if each.name.endswith("-back-end-errors")]
    assert len(alarms) == 5
    [quote] = [each for each in alarms if each.name == "front-GET-quotes-_id_-back-end-errors"]
    metrics = [each["metric"] for each in quote.inputs["metricQueries"] if "metric" in each]
    resources = {(each["dimensions"]["Method"], each["dimensions"]["Resource"]) for each in metrics}
    assert resources == {("GET", "/quotes/{id}")}
    assert QUOTE in quote.inputs["alarmDescription"]
    stage = graph.only("aws:apigatewayv2/stage:Stage").inputs
    assert stage["defaultRouteSettings"]["detailedMetricsEnabled"] is True


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
    one("POST /reservations", lambda: CallService(service=prices(), operation="reserve"))

    with pytest.raises(ValueError, match="must have a safe operation, got reserve of prices"):
        one(f"{method} /reservations", lambda: CallService(service=prices(), operation="reserve"))


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
        deployed(**settings)


def test_more_routes_than_an_api_has_are_refused() -> None:
    def routes() -> dict[str, Any]:
        return dict.fromkeys((f"GET /{number}" for number in range(301)), a_function("many"))

    with pytest.raises(ValueError, match="routes must have 1 to 300 entries, got 301"):
        deployed(routes)


def test_a_path_may_be_longer_than_the_name_of_a_function() -> None:
    routes = ("subscriptions", "invoices")
    keys = [f"POST /customers/{{customerId}}/{each}/{{number}}/renewals/now" for each in routes]

    graph = deployed(
        lambda: dict.fromkeys(keys, PutOnBus(bus=a_bus(), source="shop", detail_type="renewed"))
    )

    names = {each.name for each in graph.of_type(FUNCTION)}
    assert len(names) == 2
    assert all(each.startswith("front-POST-customers-_customerId_-") for each in names)


def test_a_web_page_may_send_json_with_a_key_and_read_the_id() -> None:
    access = ApiAccess(auth=IamAuth(), cors_origins=["https://shop.example.com"])

    cors = deployed(access=access).only("aws:apigatewayv2/api:Api").inputs["corsConfiguration"]

    assert {"content-type", "idempotency-key"} <= set(cors["allowHeaders"])
    assert set(cors["exposeHeaders"]) == {"retry-after", "x-correlation-id"}

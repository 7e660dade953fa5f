"""One API in front of many back ends: permissions, answers and alarms."""

from __future__ import annotations

import functools
import json

from pulumi_serverless import (
    ApiAccess,
    IamAuth,
    NoAuth,
    RouteLimit,
)
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from pulumi_serverless.robust_api import (
    PutOnBus,
    RouteThresholds,
)
from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import FUNCTION
from serverless_runtime.robust_api.settings import (
    PREFIX,
    CallServiceSettings,
    HandOffSettings,
    PutOnBusSettings,
)
from serverless_runtime.shared.environment import read_settings
from tests.components.fronts import (
    ALARM,
    CLICK,
    QUOTE,
    RESTOCK,
    a_bus,
    deployed,
    may,
    variables,
)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_each_function_may_use_its_own_back_end() -> None:
    graph = usual()

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
    graph = usual()

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
    graph = usual()

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
    graph = usual()

    alarms = [each for each in graph.of_type(ALARM) if each.name.endswith("-back-end-errors")]
    assert len(alarms) == 5
    [quote] = [each for each in alarms if each.name == "front-GET-quotes-_id_-back-end-errors"]
    metrics = [each["metric"] for each in quote.inputs["metricQueries"] if "metric" in each]
    resources = {(each["dimensions"]["Method"], each["dimensions"]["Resource"]) for each in metrics}
    assert resources == {("GET", "/quotes/{id}")}
    assert QUOTE in quote.inputs["alarmDescription"]
    stage = graph.only("aws:apigatewayv2/stage:Stage").inputs
    assert stage["defaultRouteSettings"]["detailedMetricsEnabled"] is True


def test_a_path_may_be_longer_than_the_name_of_a_function() -> None:
    routes = ("subscriptions", "invoices")
    said = {each: f"$request.path.{each}" for each in ("customerId", "number")}
    keys = [f"POST /customers/{{customerId}}/{each}/{{number}}/renewals/now" for each in routes]

    graph = deployed(
        lambda: dict.fromkeys(
            keys, PutOnBus(bus=a_bus(), source="shop", detail_type="renewed", fields=said)
        )
    )

    names = {each.name for each in graph.of_type(FUNCTION)}
    assert len(names) == 2
    assert all(each.startswith("front-POST-customers-_customerId_-") for each in names)


def test_a_web_page_may_send_json_with_a_key_and_read_the_id() -> None:
    access = ApiAccess(auth=IamAuth(), cors_origins=["https://shop.example.com"])

    cors = deployed(access=access).only("aws:apigatewayv2/api:Api").inputs["corsConfiguration"]

    assert {"content-type", "idempotency-key"} <= set(cors["allowHeaders"])
    assert set(cors["exposeHeaders"]) == {"retry-after", "x-correlation-id"}

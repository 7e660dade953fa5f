"""Fronts with a route to each kind of back end, as a program declares them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_serverless import (
    ApiAccess,
    AsyncHandoff,
    AsyncHandoffArgs,
    Bus,
    BusArgs,
    IamAuth,
    Queue,
    QueueArgs,
    SendToQueue,
)
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.robust_api import (
    CallService,
    HandOff,
    PutOnBus,
    RobustApi,
    RobustApiArgs,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
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
        a_front(routes(), **settings)

    return record(program)


def a_front(routes: Mapping[str, Any], **settings: Any) -> None:
    args = {"foundation": FOUNDATION, "access": ApiAccess(auth=IamAuth()), **settings}
    RobustApi("front", RobustApiArgs(routes=routes, **args))


def one(route_key: str, target: Callable[[], Any], **settings: Any) -> Graph:
    return deployed(lambda: {route_key: target()}, **settings)


def may(graph: Graph, name: str) -> tuple[list[str], list[str]]:
    [statement] = json.loads(graph.named(name, ROLE_POLICY).inputs["policy"])["Statement"]
    return statement["Action"], statement["Resource"]


def variables(graph: Graph, function: str) -> Any:
    return graph.named(function, FUNCTION).inputs["environment"]["variables"]

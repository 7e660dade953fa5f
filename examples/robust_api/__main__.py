"""One API in front of everything that a shop has."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    AsyncHandoff,
    AsyncHandoffArgs,
    Bus,
    BusArgs,
    BusRule,
    BusRuleArgs,
    Foundation,
    FunctionCode,
    IamAuth,
    Key,
    NoAuth,
    Once,
    OnceArgs,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Queue,
    QueueArgs,
    QueueConsumer,
    QueueConsumerArgs,
    RouteLimit,
    SendToQueue,
    Subscriber,
    Table,
    TableArgs,
    throttled_alarms,
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

config = pulumi.Config()
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn, protect_data=config.require_bool("protectData"))


def a_function(
    name: str, runtime: list[str], environment: dict[str, pulumi.Input[str]]
) -> PythonFunction:
    """A function of the shop; its handler has its name."""
    packages = [f"serverless_runtime.{each}" for each in (*runtime, "shared")]
    return PythonFunction(
        name,
        PythonFunctionArgs(
            foundation=foundation,
            handler=f"shop_front.{name.replace('-', '_')}.handle",
            code=FunctionCode(packages=["shop_front", *packages]),
            environment=environment,
        ),
    )


# Products: a function. Quotes: a service, which asks the supplier.
show_product = a_function("show-product", ["web"], {})
ask_price = a_function(
    "ask-price", ["service_calls"], {"SUPPLIER_URL": config.require("supplierUrl")}
)
prices = InternalApi(
    "prices",
    InternalApiArgs(
        foundation=foundation,
        function=ask_price,
        operations={"quote": "safe"},
        budget_seconds=1,
    ),
)
breakers = CircuitBreaker(
    "services",
    CircuitBreakerArgs(
        foundation=foundation,
        circuits=["prices"],
        first_cool_down_seconds=config.require_int("firstCoolDownSeconds"),
    ),
)

# Orders: a handoff. None may be lost, and none shipped twice.
shipments = Once("shipments", OnceArgs(foundation=foundation))
ship_order = a_function("ship-order", ["handoff", "once"], dict(shipments.environment))
shipments.allow(ship_order)
shipping = AsyncHandoff("shipping", AsyncHandoffArgs(foundation=foundation, target=ship_order))

# Clicks: a queue. They come in bursts, and are counted when there is time.
clicks = Queue("clicks", QueueArgs(foundation=foundation))
counted = Table(
    "counted", TableArgs(foundation=foundation, key=Key(partition="click"), rows_expire=False)
)
count_clicks = a_function("count-clicks", ["queue_consumer"], {"COUNTED": counted.name})
count_clicks.allow("count", actions=["dynamodb:PutItem"], resources=[counted.arn])
counter = QueueConsumer(
    "click-counter",
    QueueConsumerArgs(foundation=foundation, queue=clicks, function=count_clicks),
)

# Restocks: a bus. Who wants to know has a rule; the warehouse reads them from a queue of its own.
happenings = Bus("happenings", BusArgs(description="What happens in the shop"))
warehouse = BusRule(
    "warehouse",
    BusRuleArgs(
        foundation=foundation, bus=happenings, source="shop", detail_types=["product.restocked"]
    ),
)

front = RobustApi(
    "front",
    RobustApiArgs(
        foundation=foundation,
        routes={
            "GET /products/{productId}": show_product,
            "GET /quotes/{productId}": CallService(
                service=prices,
                operation="quote",
                refusals={"unknown-product": 404},
                circuit_breakers=breakers,
            ),
            "POST /orders": HandOff(handoff=shipping, event_type="order.placed"),
            "POST /clicks": SendToQueue(
                queue=clicks, attributes={"request": "${context.requestId}"}
            ),
            "POST /restocks": PutOnBus(
                bus=happenings,
                source="shop",
                detail_type="product.restocked",
                fields={"restockedBy": "$context.identity.userArn"},
            ),
        },
        access=ApiAccess(auth=NoAuth()),
        route_auth={"POST /restocks": IamAuth()},
        route_limits={"POST /clicks": RouteLimit(requests_per_second=500, burst_requests=1_000)},
    ),
)

tables = {"counted": counted}
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation,
        watched=[front, prices, breakers, shipping, shipments, counter, warehouse],
        functions=[show_product, ship_order],
        alarms=throttled_alarms("table-throttled", tables, foundation=foundation),
    ),
)
pulumi.export("shopUrl", front.url)
pulumi.export("supplierUrl", config.require("supplierUrl"))
pulumi.export("counted", counted.name)
pulumi.export("warehouse", warehouse.queue.url)
pulumi.export("operations", operations.outputs)

"""A book's page, put together from what three services know."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    Foundation,
    FunctionCode,
    HttpApi,
    HttpApiArgs,
    NoAuth,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
)
from pulumi_serverless.aggregator import Aggregator, AggregatorArgs, Branch
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs

config = pulumi.Config()
runtime = ("aggregator", "circuit_breaker", "service_calls", "shared")
code = FunctionCode(packages=("product_page", *(f"serverless_runtime.{each}" for each in runtime)))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn, protect_data=config.require_bool("protectData"))


def a_service(name: str, operation: str) -> InternalApi:
    """A service of the shop: a function that asks the catalogue."""
    function = PythonFunction(
        f"ask-{name}",
        PythonFunctionArgs(
            foundation=foundation,
            handler=f"product_page.services.{name}",
            code=code,
            timeout_seconds=10,
            environment={"CATALOGUE_URL": config.require("catalogueUrl")},
        ),
    )
    return InternalApi(
        name,
        InternalApiArgs(
            foundation=foundation,
            function=function,
            operations={operation: "safe"},
            budget_seconds=2,
        ),
    )


prices = a_service("prices", "quote")
stock = a_service("stock", "count")
reviews = a_service("reviews", "list")
breakers = CircuitBreaker(
    "services",
    CircuitBreakerArgs(
        foundation=foundation,
        circuits=["prices", "stock", "reviews"],
        first_cool_down_seconds=config.require_int("firstCoolDownSeconds"),
    ),
)
page = Aggregator(
    "page",
    AggregatorArgs(
        foundation=foundation,
        handler="product_page.show.handle",
        code=code,
        branches={
            "price": Branch(service=prices, operation="quote", required=True),
            "stock": Branch(service=stock, operation="count", cache_seconds=30),
            "reviews": Branch(service=reviews, operation="list"),
        },
        deadline_seconds=2,
        circuit_breakers=breakers,
    ),
)
shop = HttpApi(
    "shop",
    HttpApiArgs(
        foundation=foundation,
        routes={"GET /books/{title}": page.function},
        access=ApiAccess(auth=NoAuth()),
    ),
)

operations = Operations(
    "operations",
    OperationsArgs(foundation=foundation, watched=[page, prices, stock, reviews, breakers]),
)
pulumi.export("shopUrl", shop.url)
pulumi.export("catalogueUrl", config.require("catalogueUrl"))
pulumi.export("operations", operations.outputs)

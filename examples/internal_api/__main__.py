"""Offers of a bookshop, whose prices are another service's to know."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    Foundation,
    FunctionCode,
    HttpApi,
    HttpApiArgs,
    Key,
    NoAuth,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
    Table,
    TableArgs,
    throttled_alarms,
)
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs

config = pulumi.Config()
runtime = ("serverless_runtime.service_calls", "serverless_runtime.shared")
code = FunctionCode(packages=("bookshop", *runtime))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn, protect_data=config.require_bool("protectData"))

reservations = Table(
    "reservations",
    TableArgs(foundation=foundation, key=Key(partition="reservation_id"), rows_expire=False),
)
ask_price = PythonFunction(
    "ask-price",
    PythonFunctionArgs(
        foundation=foundation,
        handler="bookshop.price_service.handle",
        code=code,
        timeout_seconds=12,
        environment={
            "PUBLISHER_URL": config.require("publisherUrl"),
            "RESERVATIONS": reservations.name,
        },
    ),
)
ask_price.allow("reserve", actions=["dynamodb:PutItem"], resources=[reservations.arn])
prices = InternalApi(
    "prices",
    InternalApiArgs(
        foundation=foundation,
        function=ask_price,
        operations={"quote": "safe", "reserve": "unsafe"},
        budget_seconds=1,
    ),
)

show_offer = PythonFunction(
    "show-offer",
    PythonFunctionArgs(
        foundation=foundation,
        handler="bookshop.show_offer.handle",
        code=code,
        timeout_seconds=20,
        environment=prices.environment,
    ),
)
prices.allow_caller(show_offer)
shop = HttpApi(
    "shop",
    HttpApiArgs(
        foundation=foundation,
        routes={"GET /offers/{title}": show_offer, "POST /reservations/{title}": show_offer},
        access=ApiAccess(auth=NoAuth()),
    ),
)

throttled = throttled_alarms(
    "table-throttled", {"reservations": reservations}, foundation=foundation
)
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation, watched=[prices], functions=[show_offer], alarms=throttled
    ),
)
pulumi.export("shopUrl", shop.url)
pulumi.export("publisherUrl", config.require("publisherUrl"))
pulumi.export("reservations", reservations.name)
pulumi.export("operations", operations.outputs)

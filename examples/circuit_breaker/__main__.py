"""Shipping quotes of a carrier, or a flat rate while the carrier is down."""

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
from pulumi_serverless.circuit_breaker import CircuitBreaker, CircuitBreakerArgs

config = pulumi.Config()
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn, protect_data=config.require_bool("protectData"))

providers = CircuitBreaker(
    "providers",
    CircuitBreakerArgs(
        foundation=foundation,
        circuits=["carrier"],
        slow_call_seconds=1,
        first_cool_down_seconds=config.require_int("firstCoolDownSeconds"),
        longest_cool_down_seconds=config.require_int("longestCoolDownSeconds"),
    ),
)
quote = PythonFunction(
    "quote",
    PythonFunctionArgs(
        foundation=foundation,
        handler="quotes.quote.handle",
        code=FunctionCode(
            packages=(
                "quotes",
                "serverless_runtime.circuit_breaker",
                "serverless_runtime.shared",
            )
        ),
        environment={**providers.environment, "CARRIER_URL": config.require("carrierUrl")},
    ),
)
providers.allow(quote, ["carrier"])
api = HttpApi(
    "shop",
    HttpApiArgs(
        foundation=foundation,
        routes={"GET /quotes": quote},
        access=ApiAccess(auth=NoAuth()),
    ),
)

operations = Operations(
    "operations",
    OperationsArgs(foundation=foundation, watched=[providers], functions=[quote]),
)
pulumi.export("apiUrl", api.url)
pulumi.export("operations", operations.outputs)

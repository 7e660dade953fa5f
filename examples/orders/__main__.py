"""A handoff between two functions of your own."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    AsyncHandoff,
    AsyncHandoffArgs,
    Foundation,
    FunctionCode,
    Once,
    OnceArgs,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
)

runtime = ("handoff", "once", "shared")
code = FunctionCode(packages=("orders", *(f"serverless_runtime.{each}" for each in runtime)))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

shipments = Once("shipments", OnceArgs(foundation=foundation))
ship_order = PythonFunction(
    "ship-order",
    PythonFunctionArgs(
        foundation=foundation,
        handler="orders.ship_order.handle",
        code=code,
        timeout_seconds=30,
        environment=shipments.environment,
    ),
)
shipments.allow(ship_order)
shipping = AsyncHandoff("shipping", AsyncHandoffArgs(foundation=foundation, target=ship_order))
take_order = PythonFunction(
    "take-order",
    PythonFunctionArgs(
        foundation=foundation,
        handler="orders.take_order.handle",
        code=code,
        environment=shipping.environment,
    ),
)
shipping.allow_caller(take_order)

operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation, watched=[shipping, shipments], functions=[take_order, ship_order]
    ),
)
pulumi.export("takeOrder", take_order.name)
pulumi.export("operations", operations.outputs)

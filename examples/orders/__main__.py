"""A handoff between two functions of your own."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    Foundation,
    FunctionCode,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
)
from pulumi_serverless.handoff import AsyncHandoff, AsyncHandoffArgs

code = FunctionCode(packages=("orders", "serverless_runtime.handoff", "serverless_runtime.shared"))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

ship_order = PythonFunction(
    "ship-order",
    PythonFunctionArgs(
        foundation=foundation, handler="orders.ship_order.handle", code=code, timeout_seconds=30
    ),
)
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
    OperationsArgs(foundation=foundation, watched=[shipping], functions=[take_order, ship_order]),
)
pulumi.export("takeOrder", take_order.name)
pulumi.export("operations", operations.outputs)

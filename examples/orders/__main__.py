"""A handoff between two functions of your own."""

import pulumi

from components.async_handoff import AsyncHandoff, AsyncHandoffArgs
from components.blocks.alarm_topic import AlarmTopic, AlarmTopicArgs, Subscriber
from components.blocks.bundle import FunctionCode
from components.blocks.function import PythonFunction, PythonFunctionArgs

code = FunctionCode(packages=("orders", "lambdas.handoff", "lambdas.shared"))

ship_order = PythonFunction(
    "ship-order",
    PythonFunctionArgs(handler="orders.ship_order.handle", code=code, timeout_seconds=30),
)
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
shipping = AsyncHandoff("shipping", AsyncHandoffArgs(target=ship_order, alarm_topic_arn=alarms.arn))
take_order = PythonFunction(
    "take-order",
    PythonFunctionArgs(
        handler="orders.take_order.handle", code=code, environment=shipping.environment
    ),
)
shipping.allow_caller(take_order)

pulumi.export("takeOrder", take_order.name)
pulumi.export("targetFunctionArn", ship_order.arn)
pulumi.export("deadLetterQueueUrl", shipping.dead_letter_queue_url)

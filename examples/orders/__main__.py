"""A handoff between two functions of your own."""

import pulumi

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs, Subscriber
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs

code = FunctionCode(packages=("orders", "serverless_runtime.handoff", "serverless_runtime.shared"))

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

"""Bookings of bank accounts, each account's in order."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    Foundation,
    FunctionCode,
    Key,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
    Table,
    TableArgs,
    throttled_alarms,
)
from pulumi_serverless.fifo_consumer import FifoConsumer, FifoConsumerArgs

runtime = ("fifo_consumer", "queue_consumer", "queue_sender", "shared")
code = FunctionCode(packages=("bookings", *(f"serverless_runtime.{each}" for each in runtime)))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

accounts = Table(
    "accounts", TableArgs(foundation=foundation, key=Key(partition="account"), rows_expire=False)
)
bookings = FifoConsumer(
    "bookings",
    FifoConsumerArgs(
        foundation=foundation,
        worker=PythonFunctionArgs(
            foundation=foundation,
            handler="bookings.apply_booking.handle",
            code=code,
            timeout_seconds=pulumi.Config().require_int("timeoutSeconds"),
            environment={"ACCOUNTS": accounts.name},
        ),
        on_poison="park",
        max_concurrency=8,
    ),
)
bookings.worker.allow("book", actions=["dynamodb:UpdateItem"], resources=[accounts.arn])

take_bookings = PythonFunction(
    "take-bookings",
    PythonFunctionArgs(
        foundation=foundation,
        handler="bookings.take_bookings.handle",
        code=code,
        timeout_seconds=60,
        environment=bookings.environment,
    ),
)
bookings.allow_sender(take_bookings)

throttled = throttled_alarms(
    "consumer-table-throttled", {"accounts": accounts}, foundation=foundation
)
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation,
        watched=[bookings],
        functions=[take_bookings],
        alarms=throttled,
    ),
)
pulumi.export("accounts", accounts.name)
pulumi.export("takeBookings", take_bookings.name)
pulumi.export("operations", operations.outputs)

"""Calls of a payment provider, each booked once, at the pace that the books can bear."""

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
from pulumi_serverless.scalable_webhook import (
    ScalableWebhook,
    ScalableWebhookArgs,
    WebhookSource,
    webhook_environment,
)

config = pulumi.Config()
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn, protect_data=config.require_bool("protectData"))

# Stand for the books, in which two may write at a time.
invoices = Table(
    "invoices", TableArgs(foundation=foundation, key=Key(partition="invoice"), rows_expire=False)
)
bookings = Table(
    "bookings", TableArgs(foundation=foundation, key=Key(partition="call"), rows_expire=False)
)
table_alarms = throttled_alarms(
    "table-throttled", {"invoices": invoices, "bookings": bookings}, foundation=foundation
)

sources = {
    "provider": WebhookSource(scheme="standard-webhooks", secret_arn=config.require("secretArn"))
}
runtime = ("webhook_in", "queue_consumer", "shared")
book_payment = PythonFunction(
    "book-payment",
    PythonFunctionArgs(
        foundation=foundation,
        handler="payments.book_payment.handle",
        code=FunctionCode(
            packages=("payments", *(f"serverless_runtime.{each}" for each in runtime))
        ),
        environment={
            **webhook_environment("payments", sources),
            "INVOICES": invoices.name,
            "BOOKINGS": bookings.name,
        },
    ),
)
book_payment.allow("book", actions=["dynamodb:UpdateItem"], resources=[invoices.arn])
book_payment.allow("remember", actions=["dynamodb:PutItem"], resources=[bookings.arn])
payments = ScalableWebhook(
    "payments",
    ScalableWebhookArgs(
        foundation=foundation,
        sources=sources,
        function=book_payment,
        max_concurrency=2,
        max_receives=3,
    ),
)

operations = Operations(
    "operations", OperationsArgs(foundation=foundation, watched=[payments], alarms=table_alarms)
)
pulumi.export("providerUrl", payments.urls["provider"])
pulumi.export("invoices", invoices.name)
pulumi.export("bookings", bookings.name)
pulumi.export("operations", operations.outputs)

"""Sales of eight shops, booked at the pace of an old stock system."""

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
from pulumi_serverless.frugal_consumer import FrugalConsumer, FrugalConsumerArgs

runtime = ("queue_consumer", "queue_sender", "shared")
code = FunctionCode(packages=("stock", *(f"serverless_runtime.{each}" for each in runtime)))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

# Stand for the old stock system, which takes two connections at a time.
titles = Table(
    "titles", TableArgs(foundation=foundation, key=Key(partition="title"), rows_expire=False)
)
booked = Table(
    "booked-sales",
    TableArgs(foundation=foundation, key=Key(partition="sale_id"), rows_expire=False),
)

book_sale = PythonFunction(
    "book-sale",
    PythonFunctionArgs(
        foundation=foundation,
        handler="stock.book_sale.handle",
        code=code,
        timeout_seconds=pulumi.Config().require_int("timeoutSeconds"),
        environment={"TITLES": titles.name, "BOOKED_SALES": booked.name},
    ),
)
book_sale.allow("book", actions=["dynamodb:UpdateItem"], resources=[titles.arn])
book_sale.allow("remember", actions=["dynamodb:PutItem"], resources=[booked.arn])
sales = FrugalConsumer(
    "sales",
    FrugalConsumerArgs(foundation=foundation, function=book_sale, max_concurrency=2),
)

report_sales = PythonFunction(
    "report-sales",
    PythonFunctionArgs(
        foundation=foundation,
        handler="stock.report_sales.handle",
        code=code,
        timeout_seconds=30,
        environment=sales.environment,
    ),
)
sales.allow_sender(report_sales)

throttled = throttled_alarms(
    "consumer-table-throttled", {"titles": titles, "booked-sales": booked}, foundation=foundation
)
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation, watched=[sales], functions=[report_sales], alarms=throttled
    ),
)
pulumi.export("titles", titles.name)
pulumi.export("reportSales", report_sales.name)
pulumi.export("operations", operations.outputs)

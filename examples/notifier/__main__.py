"""Invoices, and three departments that want to know of them."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    EventFilter,
    EventType,
    Foundation,
    FunctionCode,
    Key,
    Operations,
    OperationsArgs,
    Publisher,
    PublisherArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
    SubscriberArgs,
    Table,
    TableArgs,
    throttled_alarms,
)
from pulumi_serverless.notifier import Notifier, NotifierArgs

runtime = ("handoff", "queue_consumer", "shared")
code = FunctionCode(packages=("billing", *(f"serverless_runtime.{each}" for each in runtime)))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

invoices = Notifier(
    "invoices",
    NotifierArgs(
        foundation=foundation,
        events=[
            EventType(name="invoice.issued.v1", attributes=["region"], data=["total"]),
            EventType(name="invoice.paid.v1", attributes=["region"]),
        ],
    ),
)
publisher = Publisher(
    "billing",
    PublisherArgs(foundation=foundation, target=invoices.topic, event_types=invoices.event_types),
)

issued = Table(
    "issued-invoices",
    TableArgs(foundation=foundation, key=Key(partition="invoice_id"), rows_expire=False),
)
issue_invoices = PythonFunction(
    "issue-invoices",
    PythonFunctionArgs(
        foundation=foundation,
        handler="billing.issue_invoices.handle",
        code=code,
        timeout_seconds=60,
        environment={**publisher.environment, "ISSUED_INVOICES": issued.name},
    ),
)
issue_invoices.allow(
    "issue", actions=["dynamodb:PutItem", "dynamodb:UpdateItem"], resources=[issued.arn]
)
publisher.allow_caller(issue_invoices)

# What the departments have done; and the credit bureau, which fails as often as its row says.
entries = Table(
    "entries",
    TableArgs(
        foundation=foundation, key=Key(partition="department", sort="event_id"), rows_expire=False
    ),
)
partners = Table(
    "partners",
    TableArgs(foundation=foundation, key=Key(partition="partner"), rows_expire=False),
)


def department(name: str, wanted: EventFilter) -> PythonFunction:
    """A function that gets the events that it wants, and keeps what it has done."""
    function = PythonFunction(
        name,
        PythonFunctionArgs(
            foundation=foundation,
            handler=f"billing.departments.{name}",
            code=code,
            environment={"ENTRIES": entries.name, "PARTNERS": partners.name},
        ),
    )
    function.allow("keep-entries", actions=["dynamodb:PutItem"], resources=[entries.arn])
    invoices.subscribe(name, SubscriberArgs(function=function, filter=wanted, max_receives=3))
    return function


department("ledger", EventFilter())
department(
    "vat",
    EventFilter(types=["invoice.issued.v1"], attributes={"region": [{"prefix": "eu-"}]}),
)
credit = department(
    "credit",
    EventFilter(types=["invoice.issued.v1"], data={"total": [{"numeric": [">=", 1_000]}]}),
)
credit.allow("ask-the-bureau", actions=["dynamodb:GetItem"], resources=[partners.arn])

throttled = throttled_alarms(
    "table-throttled",
    {"issued-invoices": issued, "entries": entries, "partners": partners},
    foundation=foundation,
)
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation,
        watched=[publisher, invoices],
        functions=[issue_invoices],
        alarms=throttled,
    ),
)
pulumi.export("issueInvoices", issue_invoices.name)
pulumi.export("entries", entries.name)
pulumi.export("issued", issued.name)
pulumi.export("partners", partners.name)
pulumi.export("operations", operations.outputs)

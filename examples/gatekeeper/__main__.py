"""A library whose partners lend books with keys of their own."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    Foundation,
    FunctionCode,
    Key,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
    WebOperation,
    WebService,
    WebServiceArgs,
)
from pulumi_serverless.gatekeeper import Gatekeeper, GatekeeperArgs
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs

on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

partners = Gatekeeper(
    "partners",
    GatekeeperArgs(
        foundation=foundation,
        rights={"GET /loans": ["read"], "POST /loans": ["write"]},
        key_prefix="library",
        cache_seconds=pulumi.Config().require_int("cacheSeconds"),
    ),
)
keys = InternalApi(
    "partner-keys",
    InternalApiArgs(
        foundation=foundation,
        function=partners.keys_function,
        operations=partners.keys_operations,
    ),
)
partner_desk = PythonFunction(
    "partner-desk",
    PythonFunctionArgs(
        foundation=foundation,
        handler="library.partner_desk.handle",
        code=FunctionCode(
            packages=(
                "library",
                "serverless_runtime.gatekeeper",
                "serverless_runtime.service_calls",
                "serverless_runtime.shared",
            )
        ),
        environment=keys.environment,
    ),
)
keys.allow_caller(partner_desk)

loans = WebService(
    "loans",
    WebServiceArgs(
        foundation=foundation,
        operations={
            "list-loans": WebOperation(
                routes=["GET /loans"],
                handler="library.list_loans.handle",
                table_actions=["dynamodb:Query"],
            ),
            "lend-book": WebOperation(
                routes=["POST /loans"],
                handler="library.lend_book.handle",
                table_actions=["dynamodb:PutItem"],
            ),
        },
        code=FunctionCode(
            packages=(
                "library",
                "serverless_runtime.gatekeeper",
                "serverless_runtime.service_calls",
                "serverless_runtime.web",
                "serverless_runtime.shared",
            )
        ),
        access=ApiAccess(auth=partners.auth),
        key=Key(partition="partner", sort="loan_id"),
        rows_expire=False,
    ),
)

operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation, watched=[partners, keys, loans], functions=[partner_desk]
    ),
)
pulumi.export("apiUrl", loans.url)
pulumi.export("keysTable", partners.table.name)
pulumi.export("loansTable", loans.table.name)
pulumi.export("operations", operations.outputs)

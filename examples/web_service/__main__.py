"""The loans of a library: lend a book, return it, and see what a reader has."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    Foundation,
    FunctionCode,
    Key,
    NoAuth,
    Operations,
    OperationsArgs,
    Subscriber,
    WebOperation,
    WebService,
    WebServiceArgs,
)

on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)

code = FunctionCode(packages=("loans", "serverless_runtime.web", "serverless_runtime.shared"))
loans = WebService(
    "loans",
    WebServiceArgs(
        foundation=foundation,
        operations={
            "lend-book": WebOperation(
                routes=["POST /loans"],
                handler="loans.handlers.lend_book.handle",
                table_actions=["dynamodb:PutItem"],
            ),
            "get-loan": WebOperation(
                routes=["GET /loans/{loanId}"],
                handler="loans.handlers.get_loan.handle",
                table_actions=["dynamodb:GetItem"],
            ),
            "return-book": WebOperation(
                routes=["POST /loans/{loanId}/return"],
                handler="loans.handlers.return_book.handle",
                table_actions=["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            ),
            "list-loans": WebOperation(
                routes=["GET /readers/{readerId}/loans"],
                handler="loans.handlers.list_loans.handle",
                index_actions={"by-reader": ["dynamodb:Query"]},
            ),
        },
        code=FunctionCode(
            packages=("loans", "serverless_runtime.web", "serverless_runtime.shared")
        ),
        # An example to try out: a library would let in its own staff, by IamAuth or JwtAuth.
        access=ApiAccess(auth=NoAuth()),
        key=Key(partition="id"),
        indexes={"by-reader": Key(partition="reader_id", sort="id")},
    ),
)

operations = Operations("operations", OperationsArgs(foundation=foundation, watched=[loans]))
pulumi.export("apiUrl", loans.url)
pulumi.export("table", loans.table.name)
pulumi.export("operations", operations.outputs)

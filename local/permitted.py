"""What the functions of a deployed program may do with its tables, queues and topics, tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from local.deployed import Deployed
from local.emulator.clients import Clients, Credentials

_DENIED = ("AccessDeniedException", "AccessDenied", "AuthorizationError")
_AUTOMATIC = re.compile(r"-[0-9a-z]{7}(\.fifo)?$")

Attempt = Callable[[Clients], Any]


def consuming(queue: str) -> set[str]:
    """What a function may do that consumes the queue, as `permitted` names it."""
    actions = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    return {f"{action} of {queue}" for action in actions}


def as_role(program: Deployed, role_arn: str) -> Clients:
    """Clients with the credentials of a role."""
    assumed = program.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
    given = assumed["Credentials"]
    own = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return Clients(program.emulator.url, own)


def as_function(program: Deployed, function: str) -> Clients:
    """Clients with the credentials of a function, by its name in the program."""
    found = program.client("lambda").get_function_configuration(
        FunctionName=program.function_names()[function]
    )
    return as_role(program, found["Role"])


def permitted(program: Deployed) -> dict[str, set[str]]:
    """Return what each function may do, such as "SendMessage of orders".

    No attempt changes anything: what is permitted fails for its arguments.
    """
    attempts = dict(_attempts(program))
    return {
        function: {name for name, attempt in attempts.items() if _is_permitted(attempt, clients)}
        for function in program.function_names()
        for clients in [as_function(program, function)]
    }


def _is_permitted(attempt: Attempt, clients: Clients) -> bool:
    try:
        attempt(clients)
    except ClientError as error:
        return error.response["Error"]["Code"] not in _DENIED
    return True


def _attempts(program: Deployed) -> Iterator[tuple[str, Attempt]]:
    for table in program.client("dynamodb").list_tables()["TableNames"]:
        for name, attempt in _on_table(table).items():
            yield f"{name} of {_AUTOMATIC.sub('', table)}", attempt
    for url in program.client("sqs").list_queues().get("QueueUrls", []):
        for name, attempt in _on_queue(url).items():
            yield f"{name} of {_AUTOMATIC.sub('', url.rpartition('/')[2])}", attempt
    for topic in program.client("sns").list_topics()["Topics"]:
        arn = topic["TopicArn"]
        yield f"Publish of {_AUTOMATIC.sub('', arn.rpartition(':')[2])}", _publish(arn)


def _publish(arn: str) -> Attempt:
    return lambda clients: clients("sns").publish(TopicArn=arn, Message="")


def _on_table(table: str) -> dict[str, Attempt]:
    no_key = {"TableName": table, "Key": {"none": {"S": "none"}}}
    return {
        "GetItem": lambda clients: clients("dynamodb").get_item(**no_key),
        "PutItem": lambda clients: clients("dynamodb").put_item(
            TableName=table, Item={"none": {"S": "none"}}
        ),
        "UpdateItem": lambda clients: clients("dynamodb").update_item(**no_key),
        "DeleteItem": lambda clients: clients("dynamodb").delete_item(**no_key),
        "BatchWriteItem": lambda clients: clients("dynamodb").batch_write_item(
            RequestItems={table: [{"DeleteRequest": {"Key": no_key["Key"]}}]}
        ),
        "Query": lambda clients: clients("dynamodb").query(
            TableName=table, KeyConditionExpression="none = :none"
        ),
        "Scan": lambda clients: clients("dynamodb").scan(TableName=table, Limit=1),
    }


def _on_queue(url: str) -> dict[str, Attempt]:
    return {
        "SendMessage": lambda clients: clients("sqs").send_message(QueueUrl=url, MessageBody=""),
        "ReceiveMessage": lambda clients: clients("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=11
        ),
        "DeleteMessage": lambda clients: clients("sqs").delete_message(
            QueueUrl=url, ReceiptHandle="none"
        ),
        "ChangeMessageVisibility": lambda clients: clients("sqs").change_message_visibility(
            QueueUrl=url, ReceiptHandle="none", VisibilityTimeout=0
        ),
        "GetQueueAttributes": lambda clients: clients("sqs").get_queue_attributes(QueueUrl=url),
        "SetQueueAttributes": lambda clients: clients("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"None": "none"}
        ),
    }

"""Each function can do what its job needs and nothing else, tried with its own credentials."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator.clients import ACCOUNT_ID, REGION, Clients, Credentials
from local.stack import DeployedStack

HAND_OFF = {"write outbox row", "delete outbox row", "hand off"}
ALLOWED = {
    "create-task": {"write task", *HAND_OFF},
    "get-task": {"read task"},
    "list-tasks": {"query tasks"},
    "update-task": {"read task", "write task", *HAND_OFF},
    "delete-task": {"read task", "delete task", *HAND_OFF},
    "relay": {
        *("query outbox", "claim outbox row", "delete outbox row", "hand off"),
        "count dead letters",
    },
    "send-notification": {
        "read delivery",
        "change delivery",
        "send e-mail",
        "send SMS",
        "push to phones",
        "read the webhook's secret",
        "write dead letter",
    },
}
"""Everything of ATTEMPTS that each function may do; docs/architecture.md explains why."""

_TASK = {"shard": {"S": "none"}, "task_id": {"S": "none"}}
_OUTBOX_ROW = {"shard": {"S": "none"}, "committed": {"S": "none"}}
_DELIVERY = {"event_id": {"S": "none"}, "channel": {"S": "none"}}
_EMAIL = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "there"}}}}
_PHONES = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:phones"
_SECRET = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/internal-handoff/webhook-secret"

# DynamoDB and IAM, SQS, SNS.
_DENIED = ("AccessDeniedException", "AccessDenied", "AuthorizationError")

Attempt = Callable[[Clients, dict[str, Any]], Any]
ATTEMPTS: dict[str, Attempt] = {
    "read task": lambda client, at: client("dynamodb").get_item(
        TableName=at["tasksTableName"], Key=_TASK
    ),
    "query tasks": lambda client, at: client("dynamodb").query(
        TableName=at["tasksTableName"],
        KeyConditionExpression="#shard = :none",
        ExpressionAttributeNames={"#shard": "shard"},
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "scan tasks": lambda client, at: client("dynamodb").scan(TableName=at["tasksTableName"]),
    "write task": lambda client, at: client("dynamodb").put_item(
        TableName=at["tasksTableName"], Item={**_TASK, "title": {"S": "written by a test"}}
    ),
    "delete task": lambda client, at: client("dynamodb").delete_item(
        TableName=at["tasksTableName"], Key=_TASK
    ),
    "read delivery": lambda client, at: client("dynamodb").get_item(
        TableName=at["deliveriesTableName"], Key=_DELIVERY
    ),
    "write delivery": lambda client, at: client("dynamodb").put_item(
        TableName=at["deliveriesTableName"], Item=_DELIVERY
    ),
    "change delivery": lambda client, at: client("dynamodb").update_item(
        TableName=at["deliveriesTableName"],
        Key=_DELIVERY,
        UpdateExpression="SET attempts = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    ),
    "query deliveries by task": lambda client, at: client("dynamodb").query(
        TableName=at["deliveriesTableName"],
        IndexName="by-task",
        KeyConditionExpression="task_id = :none",
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "delete delivery": lambda client, at: client("dynamodb").delete_item(
        TableName=at["deliveriesTableName"], Key=_DELIVERY
    ),
    "query outbox": lambda client, at: client("dynamodb").query(
        TableName=at["outboxTableName"],
        KeyConditionExpression="#shard = :none",
        ExpressionAttributeNames={"#shard": "shard"},
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "scan outbox": lambda client, at: client("dynamodb").scan(TableName=at["outboxTableName"]),
    "write outbox row": lambda client, at: client("dynamodb").put_item(
        TableName=at["outboxTableName"], Item=_OUTBOX_ROW
    ),
    "claim outbox row": lambda client, at: client("dynamodb").update_item(
        TableName=at["outboxTableName"],
        Key=_OUTBOX_ROW,
        UpdateExpression="SET attempts = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    ),
    "delete outbox row": lambda client, at: client("dynamodb").delete_item(
        TableName=at["outboxTableName"], Key=_OUTBOX_ROW
    ),
    "hand off": lambda client, at: client("lambda").invoke(
        FunctionName=at["targetFunctionArn"], InvocationType="DryRun"
    ),
    "call another function": lambda client, at: client("lambda").invoke(
        FunctionName=at["functionNames"]["get-task"], InvocationType="DryRun"
    ),
    "send e-mail": lambda client, at: client("sesv2").send_email(
        FromEmailAddress="tasks@example.com",
        Destination={"ToAddresses": ["team@example.com"]},
        Content=_EMAIL,
    ),
    "send SMS": lambda client, at: client("sns").publish(
        PhoneNumber="+447700900199", Message="written by a test"
    ),
    "push to phones": lambda client, at: client("sns").publish(
        TopicArn=_PHONES, Message="written by a test"
    ),
    "read the webhook's secret": lambda client, at: client("ssm").get_parameter(Name=_SECRET),
    "read another secret": lambda client, at: client("ssm").get_parameter(Name=f"{_SECRET}-2"),
    "write dead letter": lambda client, at: client("sqs").send_message(
        QueueUrl=at["deadLetterQueueUrl"], MessageBody="{}"
    ),
    "count dead letters": lambda client, at: client("sqs").get_queue_attributes(
        QueueUrl=at["deadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    ),
    "read dead letters": lambda client, at: client("sqs").receive_message(
        QueueUrl=at["deadLetterQueueUrl"]
    ),
    "tell people": lambda client, at: client("sns").publish(
        TopicArn=at["alarmTopicArn"], Message="{}"
    ),
    "change its own rights": lambda client, at: client("iam").put_role_policy(
        RoleName="any", PolicyName="any", PolicyDocument=json.dumps({"Statement": []})
    ),
}


def _as_function(stack: DeployedStack, operation: str) -> Clients:
    """Clients with the credentials that the function itself gets."""
    configuration = stack.client("lambda").get_function_configuration(
        FunctionName=stack.function_names()[operation]
    )
    keys = stack.client("sts").assume_role(
        RoleArn=configuration["Role"], RoleSessionName=operation
    )["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Clients(stack.emulator.url, credentials)


def _is_denied(attempt: Attempt, client: Clients, outputs: dict[str, Any]) -> bool:
    try:
        attempt(client, outputs)
    except ClientError as error:
        if error.response["Error"]["Code"] in _DENIED:
            return True
        raise
    return False


@pytest.fixture(scope="module", autouse=True)
def _empty_queue_afterwards(stack: DeployedStack) -> Any:
    yield
    stack.client("sqs").purge_queue(QueueUrl=stack.dead_letter_queue_url)
    for table, key in (
        ("tasksTableName", _TASK),
        ("deliveriesTableName", _DELIVERY),
        ("outboxTableName", _OUTBOX_ROW),
    ):
        stack.client("dynamodb").delete_item(TableName=stack.outputs[table], Key=key)


@pytest.mark.parametrize("operation", ALLOWED)
def test_a_function_can_do_its_job_and_nothing_else(stack: DeployedStack, operation: str) -> None:
    client = _as_function(stack, operation)

    allowed = {
        name for name, attempt in ATTEMPTS.items() if not _is_denied(attempt, client, stack.outputs)
    }

    assert allowed == ALLOWED[operation]


def test_every_function_of_the_stack_is_covered(stack: DeployedStack) -> None:
    assert set(stack.function_names()) == set(ALLOWED)

"""Each function may do what its job needs and nothing else, tried with its own credentials."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.permitted import as_function
from local.scenario.handoff_stack import HandoffStack

HAND_OFF = {"write outbox row", "delete outbox row", "hand off"}
ALLOWED = {
    "tasks-create-task": {"write task", *HAND_OFF},
    "tasks-get-task": {"read task"},
    "tasks-list-tasks": {"query tasks"},
    "tasks-update-task": {"read task", "write task", *HAND_OFF},
    "tasks-delete-task": {"read task", "delete task", *HAND_OFF},
    "tasks-no-route": set(),
    "task-events-relay": {
        *("query outbox", "claim outbox row", "remove outbox rows", "hand off"),
        *("count dead letters", "write dead letter"),
    },
    "notifications-send-notification": {
        "read delivery",
        "change delivery",
        "send email",
        "send SMS",
        "push to phones",
        "read the webhook's secret",
        "write dead letter",
    },
}
"""The attempts that each function is allowed; docs/architecture.md explains why."""

_TASK = {"shard": {"S": "none"}, "task_id": {"S": "none"}}
_OUTBOX_ROW = {"shard": {"S": "none"}, "committed": {"S": "none"}}
_DELIVERY = {"event_id": {"S": "none"}, "part": {"S": "none"}}
_EMAIL = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "there"}}}}
_PHONES = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:phones"
_SECRET = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/internal-handoff/webhook-secret"

# DynamoDB and IAM, SQS, SNS.
_DENIED = ("AccessDeniedException", "AccessDenied", "AuthorizationError")

Attempt = Callable[[Clients, HandoffStack], Any]
ATTEMPTS: dict[str, Attempt] = {
    "read task": lambda client, stack: client("dynamodb").get_item(
        TableName=stack.outputs["tasksTableName"], Key=_TASK
    ),
    "query tasks": lambda client, stack: client("dynamodb").query(
        TableName=stack.outputs["tasksTableName"],
        KeyConditionExpression="#shard = :none",
        ExpressionAttributeNames={"#shard": "shard"},
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "scan tasks": lambda client, stack: client("dynamodb").scan(
        TableName=stack.outputs["tasksTableName"]
    ),
    "write task": lambda client, stack: client("dynamodb").put_item(
        TableName=stack.outputs["tasksTableName"],
        Item={**_TASK, "title": {"S": "written by a test"}},
    ),
    "delete task": lambda client, stack: client("dynamodb").delete_item(
        TableName=stack.outputs["tasksTableName"], Key=_TASK
    ),
    "read delivery": lambda client, stack: client("dynamodb").get_item(
        TableName=stack.deliveries_table, Key=_DELIVERY
    ),
    "write delivery": lambda client, stack: client("dynamodb").put_item(
        TableName=stack.deliveries_table, Item=_DELIVERY
    ),
    "change delivery": lambda client, stack: client("dynamodb").update_item(
        TableName=stack.deliveries_table,
        Key=_DELIVERY,
        UpdateExpression="SET attempts = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    ),
    "query deliveries by task": lambda client, stack: client("dynamodb").query(
        TableName=stack.deliveries_table,
        IndexName="by-subject",
        KeyConditionExpression="subject = :none",
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "delete delivery": lambda client, stack: client("dynamodb").delete_item(
        TableName=stack.deliveries_table, Key=_DELIVERY
    ),
    "query outbox": lambda client, stack: client("dynamodb").query(
        TableName=stack.outbox_table,
        KeyConditionExpression="#shard = :none",
        ExpressionAttributeNames={"#shard": "shard"},
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "scan outbox": lambda client, stack: client("dynamodb").scan(TableName=stack.outbox_table),
    "write outbox row": lambda client, stack: client("dynamodb").put_item(
        TableName=stack.outbox_table, Item=_OUTBOX_ROW
    ),
    "claim outbox row": lambda client, stack: client("dynamodb").update_item(
        TableName=stack.outbox_table,
        Key=_OUTBOX_ROW,
        UpdateExpression="SET attempts = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    ),
    "delete outbox row": lambda client, stack: client("dynamodb").delete_item(
        TableName=stack.outbox_table, Key=_OUTBOX_ROW
    ),
    "remove outbox rows": lambda client, stack: client("dynamodb").batch_write_item(
        RequestItems={stack.outbox_table: [{"DeleteRequest": {"Key": _OUTBOX_ROW}}]}
    ),
    "hand off": lambda client, stack: client("lambda").invoke(
        FunctionName=stack.target_arn, InvocationType="DryRun"
    ),
    "call another function": lambda client, stack: client("lambda").invoke(
        FunctionName=stack.function_names()["tasks-get-task"], InvocationType="DryRun"
    ),
    "send email": lambda client, stack: client("sesv2").send_email(
        FromEmailAddress="tasks@example.com",
        Destination={"ToAddresses": ["team@example.com"]},
        Content=_EMAIL,
    ),
    "send SMS": lambda client, stack: client("sns").publish(
        PhoneNumber="+447700900199", Message="written by a test"
    ),
    "push to phones": lambda client, stack: client("sns").publish(
        TopicArn=_PHONES, Message="written by a test"
    ),
    "read the webhook's secret": lambda client, stack: client("ssm").get_parameter(Name=_SECRET),
    "read another secret": lambda client, stack: client("ssm").get_parameter(Name=f"{_SECRET}-2"),
    "write dead letter": lambda client, stack: client("sqs").send_message(
        QueueUrl=stack.dead_letter_queue_url, MessageBody="{}"
    ),
    "count dead letters": lambda client, stack: client("sqs").get_queue_attributes(
        QueueUrl=stack.dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    ),
    "read dead letters": lambda client, stack: client("sqs").receive_message(
        QueueUrl=stack.dead_letter_queue_url
    ),
    "notify people": lambda client, stack: client("sns").publish(
        TopicArn=stack.operations["alarmTopicArn"], Message="{}"
    ),
    "change its own permissions": lambda client, stack: client("iam").put_role_policy(
        RoleName="any", PolicyName="any", PolicyDocument=json.dumps({"Statement": []})
    ),
}


def _is_denied(attempt: Attempt, client: Clients, stack: HandoffStack) -> bool:
    try:
        attempt(client, stack)
    except ClientError as error:
        if error.response["Error"]["Code"] in _DENIED:
            return True
        raise
    return False


@pytest.fixture(scope="module", autouse=True)
def _empty_queue_afterwards(stack: HandoffStack) -> Any:
    yield
    stack.client("sqs").purge_queue(QueueUrl=stack.dead_letter_queue_url)
    for table, key in (
        (stack.outputs["tasksTableName"], _TASK),
        (stack.deliveries_table, _DELIVERY),
        (stack.outbox_table, _OUTBOX_ROW),
    ):
        stack.client("dynamodb").delete_item(TableName=table, Key=key)


@pytest.mark.parametrize("operation", ALLOWED)
def test_a_function_can_do_its_job_and_nothing_else(stack: HandoffStack, operation: str) -> None:
    client = as_function(stack, operation)

    allowed = {name for name, attempt in ATTEMPTS.items() if not _is_denied(attempt, client, stack)}

    assert allowed == ALLOWED[operation]


def test_every_function_of_the_stack_is_covered(stack: HandoffStack) -> None:
    assert set(stack.function_names()) == set(ALLOWED)

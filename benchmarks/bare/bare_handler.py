"""The least code that stores a task with its event and invokes the target: boto3, nothing else.

No validation, no logging, no retries of its own, no idempotency: what our functions are compared
with.
"""

import json
import os
import uuid

import boto3

dynamodb = boto3.client("dynamodb")
lambda_client = boto3.client("lambda")


def handle(event, context):
    body = json.loads(event["body"])
    task_id = str(uuid.uuid4())
    payload = json.dumps({"id": task_id, "type": "task.created.v1", "data": body}).encode()
    dynamodb.transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": os.environ["TABLE_NAME"],
                    "Item": {
                        "shard": {"S": "0"},
                        "task_id": {"S": task_id},
                        "title": {"S": body["title"]},
                    },
                }
            },
            {
                "Put": {
                    "TableName": os.environ["HANDOFF_TASKS_OUTBOX_TABLE_NAME"],
                    "Item": {
                        "shard": {"S": "0"},
                        "committed": {"S": task_id},
                        "payload": {"B": payload},
                    },
                }
            },
        ]
    )
    response = lambda_client.invoke(
        FunctionName=os.environ["HANDOFF_TASKS_TARGET_ARN"], InvocationType="Event", Payload=payload
    )
    # Or every invoke opens a connection of its own.
    response["Payload"].read()
    return {"statusCode": 201, "body": json.dumps({"id": task_id, **body})}

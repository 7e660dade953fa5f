"""A complete service with the least code that does the
work: stores a task, calls the target, responds.

The target is the one that the program's own service hands off to, so it gets an event it can read.
No validation, no outbox, no idempotency, and a log of one line.
"""

import json
import os
import uuid
from datetime import UTC, datetime

import boto3

dynamodb = boto3.client("dynamodb")
lambda_client = boto3.client("lambda")


def handle(event, context):
    body = json.loads(event["body"])
    task_id = str(uuid.uuid4())
    dynamodb.put_item(
        TableName=os.environ["TABLE_NAME"],
        Item={"task_id": {"S": task_id}, "title": {"S": body["title"]}},
    )
    response = lambda_client.invoke(
        FunctionName=os.environ["TARGET_ARN"],
        InvocationType=os.environ["INVOCATION_TYPE"],
        Payload=json.dumps(task_event(task_id, body["title"])),
    )
    # Or every invoke opens a connection of its own.
    response["Payload"].read()
    # The emulator waits 50 ms for the log of a function that writes none.
    print(task_id)  # noqa: T201
    status = 502 if "FunctionError" in response else 201
    return {"statusCode": status, "body": json.dumps({"id": task_id, **body})}


def task_event(task_id, title):
    now = datetime.now(UTC).isoformat()
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/bare",
        "type": "task.created.v1",
        "subject": task_id,
        "time": now,
        "datacontenttype": "application/json",
        "correlationid": task_id,
        "replays": 0,
        "data": {
            "id": task_id,
            "title": title,
            "status": "pending",
            "createdAt": now,
            "updatedAt": now,
            "version": 1,
        },
    }

"""A complete service with the least code that does the work: stores a task, calls the target,
responds. No validation, no outbox, no idempotency, and a log of one line.
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
    dynamodb.put_item(
        TableName=os.environ["TABLE_NAME"],
        Item={"id": {"S": task_id}, "title": {"S": body["title"]}},
    )
    response = lambda_client.invoke(
        FunctionName=os.environ["TARGET_ARN"],
        InvocationType=os.environ["INVOCATION_TYPE"],
        Payload=json.dumps({"id": task_id, **body}),
    )
    # Or every invoke opens a connection of its own.
    response["Payload"].read()
    # The emulator waits 50 ms for the log of a function that writes none.
    print(task_id)  # noqa: T201
    status = 502 if "FunctionError" in response else 201
    return {"statusCode": status, "body": json.dumps({"id": task_id, **body})}

"""An order that is written, and that another function gets."""

import json
import os
import uuid

import boto3

dynamodb = boto3.client("dynamodb")
lambda_client = boto3.client("lambda")


def handle(event, context):
    order_id, payload = str(uuid.uuid4()), event["body"].encode()
    dynamodb.put_item(
        TableName=os.environ["TABLE_NAME"],
        Item={"order_id": {"S": order_id}, "payload": {"B": payload}},
    )
    response = lambda_client.invoke(
        FunctionName=os.environ["FUNCTION_ARN"], InvocationType="Event", Payload=payload
    )
    # Or every invoke opens a connection of its own.
    response["Payload"].read()
    return {"statusCode": 202, "body": json.dumps({"id": order_id})}

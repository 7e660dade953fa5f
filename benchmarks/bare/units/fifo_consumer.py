"""A booking from a FIFO queue, in one write."""

import json
import os

import boto3

dynamodb = boto3.client("dynamodb")


def handle(event, context):
    for record in event["Records"]:
        booking = json.loads(record["body"])
        dynamodb.update_item(
            TableName=os.environ["TABLE_NAME"],
            Key={"account": {"S": booking["account"]}},
            UpdateExpression="ADD balance :amount, applied :numbers",
            ConditionExpression="NOT contains(applied, :number)",
            ExpressionAttributeValues={
                ":amount": {"N": str(booking["amount"])},
                ":number": {"N": str(booking["number"])},
                ":numbers": {"NS": [str(booking["number"])]},
            },
        )
    return {"batchItemFailures": []}

"""A sale from a queue, booked in one transaction."""

import json
import os

import boto3

dynamodb = boto3.client("dynamodb")


def handle(event, context):
    for record in event["Records"]:
        sale = json.loads(record["body"])
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": os.environ["TABLE_NAME"],
                        "Item": {"sale_id": {"S": sale["saleId"]}},
                        "ConditionExpression": "attribute_not_exists(sale_id)",
                    }
                },
                {
                    "Update": {
                        "TableName": os.environ["TABLE_NAME"],
                        "Key": {"title": {"S": sale["title"]}},
                        "UpdateExpression": "ADD copies :sold",
                        "ExpressionAttributeValues": {":sold": {"N": str(-sale["copies"])}},
                    }
                },
            ]
        )
    return {"batchItemFailures": []}

"""A loan: the book and who has it, in one transaction."""

import json
import os
import uuid

import boto3

dynamodb = boto3.client("dynamodb")


def handle(event, context):
    body = json.loads(event["body"])
    loan = {"id": {"S": f"loan/{uuid.uuid4()}"}, "reader": {"S": body["readerId"]}}
    book = {"id": {"S": f"book/{body['bookId']}"}, "loan_id": loan["id"]}
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": os.environ["TABLE_NAME"], "Item": loan}},
            {
                "Put": {
                    "TableName": os.environ["TABLE_NAME"],
                    "Item": book,
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
        ]
    )
    return {"statusCode": 201, "body": json.dumps({"id": loan["id"]["S"], **body})}

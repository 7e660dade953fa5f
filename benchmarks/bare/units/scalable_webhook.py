"""A signed call from a queue, verified with the secret and booked in one transaction."""

import base64
import hashlib
import hmac
import json
import os

import boto3

dynamodb = boto3.client("dynamodb")
secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_ARN"])
key = base64.b64decode(secret["SecretString"].removeprefix("whsec_"))


def handle(event, context):
    for record in event["Records"]:
        [headers] = [
            each["stringValue"].split(os.environ["SEPARATOR"])
            for each in record["messageAttributes"].values()
            if os.environ["SEPARATOR"] in each["stringValue"]
        ]
        [call_id, signed_at, signature] = headers
        content = f"{call_id}.{signed_at}.{record['body']}".encode()
        digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(f"v1,{digest}", signature):
            raise ValueError("forged")
        payment = json.loads(record["body"])
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": os.environ["TABLE_NAME"],
                        "Item": {"call": {"S": call_id}},
                        "ConditionExpression": "attribute_not_exists(#call)",
                        "ExpressionAttributeNames": {"#call": "call"},
                    }
                },
                {
                    "Update": {
                        "TableName": os.environ["TABLE_NAME"],
                        "Key": {"invoice": {"S": payment["invoice"]}},
                        "UpdateExpression": "ADD paid_cents :cents",
                        "ExpressionAttributeValues": {":cents": {"N": str(payment["cents"])}},
                    }
                },
            ]
        )
    return {"batchItemFailures": []}

"""An invoice with its event in one transaction, and the event on a topic."""

import json
import os

import boto3

dynamodb = boto3.client("dynamodb")
sns = boto3.client("sns")


def handle(event, context):
    for invoice in event["invoices"]:
        payload = json.dumps(invoice)
        row = {"invoice_id": {"S": invoice["invoiceId"]}}
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": os.environ["TABLE_NAME"], "Item": row}},
                {
                    "Put": {
                        "TableName": os.environ["TABLE_NAME"],
                        "Item": {"invoice_id": {"S": "event"}, "payload": {"S": payload}},
                    }
                },
            ]
        )
        sns.publish(
            TopicArn=os.environ["TOPIC_ARN"],
            Message=payload,
            MessageAttributes={"region": {"DataType": "String", "StringValue": invoice["region"]}},
        )
    return {"published": len(event["invoices"])}

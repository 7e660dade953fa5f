"""An event that is put on a bus."""

import json
import os

import boto3

events = boto3.client("events")


def handle(event, context):
    response = events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["BUS_NAME"],
                "Source": "front",
                "DetailType": "restock",
                "Detail": event["body"],
            }
        ]
    )
    return {"statusCode": 202, "body": json.dumps({"id": response["Entries"][0]["EventId"]})}

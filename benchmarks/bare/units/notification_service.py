"""An event that is sent by email."""

import json

import boto3

ses = boto3.client("sesv2")


def handle(event, context):
    ses.send_email(
        FromEmailAddress="tasks@example.com",
        Destination={"ToAddresses": ["someone@example.com"]},
        Content={
            "Simple": {
                "Subject": {"Data": event["type"]},
                "Body": {"Text": {"Data": json.dumps(event["data"])}},
            }
        },
    )

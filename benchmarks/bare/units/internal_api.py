"""A function that is called, and waited for."""

import json
import os

import boto3

lambda_client = boto3.client("lambda")


def handle(event, context):
    response = lambda_client.invoke(
        FunctionName=os.environ["FUNCTION_ARN"], Payload=json.dumps(event["pathParameters"])
    )
    [offer] = json.load(response["Payload"]).values()
    return {"statusCode": 200, "body": json.dumps(offer)}

"""Three functions that are called at the same time."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import boto3

lambda_client = boto3.client("lambda")
threads = ThreadPoolExecutor(3)


def handle(event, context):
    payload = json.dumps(event["pathParameters"])

    def ask(_):
        response = lambda_client.invoke(FunctionName=os.environ["FUNCTION_ARN"], Payload=payload)
        return json.load(response["Payload"])

    answers = dict(zip(("prices", "stock", "reviews"), threads.map(ask, range(3)), strict=True))
    return {"statusCode": 200, "body": json.dumps(answers)}

"""A request that the old system answers and the new function gets at the same time."""

import http.client
import json
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import boto3

lambda_client = boto3.client("lambda")
threads = ThreadPoolExecutor(1)
legacy = http.client.HTTPConnection(urlsplit(os.environ["LEGACY_URL"]).netloc)


def handle(event, context):
    shadow = threads.submit(
        lambda_client.invoke, FunctionName=os.environ["FUNCTION_ARN"], Payload=json.dumps(event)
    )
    method = event["requestContext"]["http"]["method"]
    legacy.request(method, event["rawPath"], headers=event["headers"])
    response = legacy.getresponse()
    body = response.read()
    print(shadow.result()["Payload"].read() == body)  # noqa: T201
    return {"statusCode": response.status, "headers": dict(response.headers), "body": body.decode()}

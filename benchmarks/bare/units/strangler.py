"""A request that the old system answers and the new function gets, too."""

import http.client
import json
import os
from urllib.parse import urlsplit

import boto3

lambda_client = boto3.client("lambda")
legacy = http.client.HTTPConnection(urlsplit(os.environ["LEGACY_URL"]).netloc)


def handle(event, context):
    method = event["requestContext"]["http"]["method"]
    legacy.request(method, event["rawPath"], headers=event["headers"])
    response = legacy.getresponse()
    body = response.read()
    shadow = lambda_client.invoke(
        FunctionName=os.environ["FUNCTION_ARN"], Payload=json.dumps(event)
    )
    print(shadow["Payload"].read() == body)  # noqa: T201
    return {"statusCode": response.status, "headers": dict(response.headers), "body": body.decode()}

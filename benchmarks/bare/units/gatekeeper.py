"""A key that is looked up, and compared by its digest."""

import hashlib
import hmac
import os

import boto3

dynamodb = boto3.client("dynamodb")


def handle(event, context):
    [_, key_id, secret] = event["identitySource"][0].split("_", 2)
    found = dynamodb.get_item(TableName=os.environ["TABLE_NAME"], Key={"key_id": {"S": key_id}})
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return {"isAuthorized": hmac.compare_digest(digest, found["Item"]["secret_sha256"]["S"])}

"""DynamoDB tables."""

from __future__ import annotations

from typing import Any

from local.emulator.clients import Clients
from local.engine.registry import Created, Inputs, creates, tag_list, updates, without_none


@creates("aws:dynamodb/table:Table")
def create_table(client: Clients, name: str, inputs: Inputs) -> Created:
    dynamodb = client("dynamodb")
    indexes = [_index(index) for index in inputs.get("globalSecondaryIndexes", [])]
    table = dynamodb.create_table(
        TableName=name,
        BillingMode=inputs.get("billingMode", "PROVISIONED"),
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        KeySchema=_keys(inputs),
        DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled", False)),
        Tags=tag_list(inputs),
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        **without_none(SSESpecification=_encryption(inputs.get("serverSideEncryption", {}))),
    )["TableDescription"]
    ttl = inputs.get("ttl", {})
    if ttl.get("enabled"):
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": ttl["attributeName"]},
        )
    if inputs.get("pointInTimeRecovery", {}).get("enabled"):
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
    return name, {"arn": table["TableArn"]}


@updates("aws:dynamodb/table:Table")
def update_table(client: Clients, name: str, inputs: Inputs) -> bool:
    """Restore the billing mode; other changes are not detected."""
    dynamodb = client("dynamodb")
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    declared = inputs.get("billingMode", "PROVISIONED")
    if table["BillingModeSummary"]["BillingMode"] != declared:
        dynamodb.update_table(TableName=name, BillingMode=declared)
    return True


def _encryption(inputs: Inputs) -> dict[str, Any] | None:
    if not inputs.get("enabled"):
        return None
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": inputs["kmsKeyArn"]}


def _index(index: Inputs) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": _keys(index),
        "Projection": {"ProjectionType": index["projectionType"]},
    }


def _keys(inputs: Inputs) -> list[dict[str, str]]:
    """The key schema of a table or an index; an index may spell it as `keySchemas`."""
    if "keySchemas" in inputs:
        return [
            {"AttributeName": key["attributeName"], "KeyType": key["keyType"]}
            for key in inputs["keySchemas"]
        ]
    keys = [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}]
    if inputs.get("rangeKey"):
        keys.append({"AttributeName": inputs["rangeKey"], "KeyType": "RANGE"})
    return keys

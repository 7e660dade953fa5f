"""DynamoDB tables."""

from __future__ import annotations

from typing import Any

from local.clients import Clients
from local.resources.maker import Inputs, Made, Maker, Mender, given, tags_list


def _table(client: Clients, name: str, inputs: Inputs) -> Made:
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
        Tags=tags_list(inputs),
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        **given(SSESpecification=_encryption(inputs.get("serverSideEncryption", {}))),
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


def _mend_table(client: Clients, name: str, inputs: Inputs) -> bool:
    """How the table is paid for is changed back; whatever else was done to it is not looked at."""
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


MAKERS: dict[str, Maker] = {"aws:dynamodb/table:Table": _table}

MENDERS: dict[str, Mender] = {"aws:dynamodb/table:Table": _mend_table}

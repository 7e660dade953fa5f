"""DynamoDB tables.

What needs a new table is in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/dynamodb/table.go
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.engine.boto3_arguments import as_int, change_tags, tag_list, tags_of, without_none
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_PROVISIONED = "PROVISIONED"
_ON_DEMAND = "PAY_PER_REQUEST"


@resource(
    "aws:dynamodb/table:Table",
    replaces=(
        *("hashKey", "rangeKey", "localSecondaryIndexes", "importTable", "restoreSourceName"),
        *("restoreSourceTableArn", "restoreToLatestTime", "restoreDateTime", "restoreBackupArn"),
    ),
)
class Table(ResourceType):
    """A table; its id is its name."""

    unique_by_name = True
    service = "dynamodb"
    renamed: ClassVar = {
        "TimeToLive": "ttl",
        "PointInTimeRecovery": "pointInTimeRecovery",
        "Indexes": "globalSecondaryIndexes",
    }

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        indexes = [_global_index(index, inputs) for index in _indexes(inputs)]
        local = [_index(index) for index in inputs.get("localSecondaryIndexes") or []]
        made = self.api.create_table(
            TableName=name,
            BillingMode=_billing_mode(inputs),
            AttributeDefinitions=_attributes(inputs),
            KeySchema=_keys(inputs),
            DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
            Tags=tag_list(tags_of(inputs)),
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
            **({"LocalSecondaryIndexes": local} if local else {}),
            **without_none(
                ProvisionedThroughput=_capacity(inputs, inputs),
                SSESpecification=_encryption(inputs),
                StreamSpecification=_stream(inputs),
                TableClass=inputs.get("tableClass"),
            ),
        )["TableDescription"]
        return Created(name, self.outputs(name, made))

    def finish(self, id_: str, inputs: Inputs) -> None:
        self._expire(id_, {}, inputs)
        self._back_up(id_, {}, inputs)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = dict(self.api.describe_table(TableName=id_)["Table"])
        expiry = self.api.describe_time_to_live(TableName=id_)["TimeToLiveDescription"]
        backups = self.api.describe_continuous_backups(TableName=id_)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        return {
            **found,
            "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode", _PROVISIONED),
            "TimeToLive": expiry.get("AttributeName") if _is_on(expiry) else None,
            "PointInTimeRecovery": recovery["PointInTimeRecoveryStatus"] == "ENABLED",
            "Indexes": [index["IndexName"] for index in found.get("GlobalSecondaryIndexes") or []],
        }

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "BillingMode": _billing_mode(inputs),
            "DeletionProtectionEnabled": bool(inputs.get("deletionProtectionEnabled")),
            "TimeToLive": _expiry(inputs),
            "PointInTimeRecovery": _recovers(inputs),
            "Indexes": [index["name"] for index in _indexes(inputs)],
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {
            "arn": found["TableArn"],
            **without_none(
                streamArn=found.get("LatestStreamArn"), streamLabel=found.get("LatestStreamLabel")
            ),
        }

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.update_table(
            TableName=id_,
            BillingMode=_billing_mode(inputs),
            DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
            **without_none(
                ProvisionedThroughput=_capacity(inputs, inputs),
                TableClass=inputs.get("tableClass"),
            ),
        )
        if _stream(old) != _stream(inputs):
            stream = _stream(inputs) or {"StreamEnabled": False}
            self.api.update_table(TableName=id_, StreamSpecification=stream)
        if _encryption(old) != _encryption(inputs):
            encryption = _encryption(inputs) or {"Enabled": False}
            self.api.update_table(TableName=id_, SSESpecification=encryption)
        self._index(id_, old, inputs)
        self._expire(id_, old, inputs)
        self._back_up(id_, old, inputs)
        self._tag(id_, old, inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_table(TableName=id_)

    def _index(self, name: str, old: Inputs, inputs: Inputs) -> None:
        existing = set(self.find(name, inputs)["Indexes"])
        declared = {index["name"]: index for index in _indexes(inputs)}
        before = {index["name"]: index for index in _indexes(old)}
        changed = {key for key in declared if before.get(key) != declared[key]} & existing
        for index_name in sorted(existing - declared.keys() | changed):
            self._change_index(name, inputs, {"Delete": {"IndexName": index_name}})
        for index_name in sorted(declared.keys() - existing | changed):
            made = _global_index(declared[index_name], inputs)
            self._change_index(name, inputs, {"Create": made})

    def _change_index(self, name: str, inputs: Inputs, change: Mapping[str, Any]) -> None:
        self.api.update_table(
            TableName=name,
            AttributeDefinitions=_attributes(inputs),
            GlobalSecondaryIndexUpdates=[change],
        )

    def _expire(self, name: str, old: Inputs, inputs: Inputs) -> None:
        attribute = _expiry(inputs) or _expiry(old)
        if attribute:
            specification = {"Enabled": bool(_expiry(inputs)), "AttributeName": attribute}
            self.api.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)

    def _back_up(self, name: str, old: Inputs, inputs: Inputs) -> None:
        if _recovers(inputs) or _recovers(old):
            specification = {"PointInTimeRecoveryEnabled": _recovers(inputs)}
            self.api.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification=specification
            )

    def _tag(self, name: str, old: Inputs, inputs: Inputs) -> None:
        arn = self.api.describe_table(TableName=name)["Table"]["TableArn"]
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, ResourceArn=arn)


def _is_on(expiry: Mapping[str, Any]) -> bool:
    return expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")


def _billing_mode(inputs: Inputs) -> str:
    return str(inputs.get("billingMode") or _PROVISIONED)


def _indexes(inputs: Inputs) -> list[Inputs]:
    return list(inputs.get("globalSecondaryIndexes") or [])


def _expiry(inputs: Inputs) -> str | None:
    ttl = inputs.get("ttl") or {}
    return str(ttl["attributeName"]) if ttl.get("enabled") else None


def _recovers(inputs: Inputs) -> bool:
    return bool((inputs.get("pointInTimeRecovery") or {}).get("enabled"))


def _stream(inputs: Inputs) -> dict[str, Any] | None:
    if not inputs.get("streamEnabled"):
        return None
    view = inputs.get("streamViewType", "NEW_AND_OLD_IMAGES")
    return {"StreamEnabled": True, "StreamViewType": view}


def _encryption(inputs: Inputs) -> dict[str, Any] | None:
    encryption = inputs.get("serverSideEncryption") or {}
    if not encryption.get("enabled"):
        return None
    key = without_none(KMSMasterKeyId=encryption.get("kmsKeyArn"))
    return {"Enabled": True, "SSEType": "KMS", **key}


def _attributes(inputs: Inputs) -> list[dict[str, str]]:
    return [
        {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
        for attribute in inputs.get("attributes") or []
    ]


def _capacity(inputs: Inputs, table: Inputs) -> dict[str, int | None] | None:
    if _billing_mode(table) == _ON_DEMAND:
        return None
    return {
        "ReadCapacityUnits": as_int(inputs.get("readCapacity")),
        "WriteCapacityUnits": as_int(inputs.get("writeCapacity")),
    }


def _global_index(index: Inputs, table: Inputs) -> dict[str, Any]:
    return {**_index(index), **without_none(ProvisionedThroughput=_capacity(index, table))}


def _index(index: Inputs) -> dict[str, Any]:
    projected = without_none(NonKeyAttributes=index.get("nonKeyAttributes"))
    return {
        "IndexName": index["name"],
        "KeySchema": _keys(index),
        "Projection": {"ProjectionType": index["projectionType"], **projected},
    }


def _keys(inputs: Inputs) -> list[dict[str, str]]:
    """The key schema of a table or an index; an index may spell it as `keySchemas`."""
    if inputs.get("keySchemas"):
        return [
            {"AttributeName": key["attributeName"], "KeyType": key["keyType"]}
            for key in inputs["keySchemas"]
        ]
    keys = [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}]
    if inputs.get("rangeKey"):
        keys.append({"AttributeName": inputs["rangeKey"], "KeyType": "RANGE"})
    return keys

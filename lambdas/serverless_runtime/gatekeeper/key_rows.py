"""The rows of keys in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from serverless_runtime.gatekeeper.settings import TENANT_INDEX
from serverless_runtime.shared.aws.dynamodb import expression_values, query_items
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors


class KeyRow(NamedTuple):
    """What is known of a key."""

    key_id: str
    secret_sha256: str
    tenant: str
    rights: tuple[str, ...]
    issued_at: int
    """Epoch seconds, like the other times."""

    expires_at: int | None = None
    revoked_at: int | None = None


class KeyRows:
    """The table of one gatekeeper."""

    def __init__(self, client: Any, table_name: str) -> None:
        """`client` is a small one for DynamoDB, or boto3's."""
        self._client = client
        self._table = table_name

    def find(self, key_id: str) -> KeyRow | None:
        """Return the row as it is now, not as it was a moment ago."""
        found = self._client.get_item(
            TableName=self._table, Key={"key_id": {"S": key_id}}, ConsistentRead=True
        )
        return _row_of(found["Item"]) if "Item" in found else None

    def add(self, row: KeyRow) -> None:
        """Store a new key."""
        item = {
            "key_id": {"S": row.key_id},
            "secret_sha256": {"S": row.secret_sha256},
            "tenant": {"S": row.tenant},
            "rights": {"L": [{"S": right} for right in row.rights]},
            "issued_at": {"N": str(row.issued_at)},
        }
        if row.expires_at is not None:
            item["expires_at"] = {"N": str(row.expires_at)}
        self._client.put_item(
            TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(key_id)"
        )

    def of_tenant(self, tenant: str) -> Iterator[KeyRow]:
        """Yield the tenant's keys; one of this second may be missing."""
        found = query_items(
            self._client,
            TableName=self._table,
            IndexName=TENANT_INDEX,
            KeyConditionExpression="tenant = :tenant",
            ExpressionAttributeValues=expression_values(tenant=tenant),
        )
        yield from map(_row_of, found)

    def revoke(self, tenant: str, key_id: str, at: int) -> KeyRow | None:
        """Revoke a key, if it has not been revoked before; None if the tenant has no such key."""
        try:
            changed = self._client.update_item(
                TableName=self._table,
                Key={"key_id": {"S": key_id}},
                UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :at)",
                ConditionExpression="tenant = :tenant",
                ExpressionAttributeValues=expression_values(tenant=tenant, at=at),
                ReturnValues="ALL_NEW",
            )
        except service_errors() as error:
            if not is_condition_failure(error):
                raise
            return None
        return _row_of(changed["Attributes"])


def _row_of(item: Mapping[str, Any]) -> KeyRow:
    return KeyRow(
        key_id=item["key_id"]["S"],
        secret_sha256=item["secret_sha256"]["S"],
        tenant=item["tenant"]["S"],
        rights=tuple(each["S"] for each in item["rights"]["L"]),
        issued_at=int(item["issued_at"]["N"]),
        expires_at=_time_of(item, "expires_at"),
        revoked_at=_time_of(item, "revoked_at"),
    )


def _time_of(item: Mapping[str, Any], name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None

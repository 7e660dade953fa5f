"""One DynamoDB table, billed per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.encryption_key import EncryptionKey

EXPIRY_ATTRIBUTE = "expires_at"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A partition key and a sort key, both text."""

    partition: str
    sort: str

    def schema(self) -> list[aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs]:
        return [
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                attribute_name=attribute, key_type=key_type
            )
            for attribute, key_type in ((self.partition, "HASH"), (self.sort, "RANGE"))
        ]


@dataclass(frozen=True, kw_only=True)
class TableArgs:
    """Keys of a table and how its data is kept."""

    key: Key

    indexes: Mapping[str, Key] = field(default_factory=dict)
    """Global secondary indexes by name; each holds every attribute."""

    protect_data: bool = True
    """Keep point-in-time recovery, and refuse deletion: by Pulumi and by DynamoDB itself."""

    encryption_key: EncryptionKey | None = None
    """Key that encrypts the rows; without one DynamoDB uses a key that AWS owns."""

    rows_expire: bool = True
    """Whether rows go when their `expires_at` (epoch seconds) has passed."""


class Table(pulumi.ComponentResource):
    """A table with one key, and an index for each other way to find its rows.

    DynamoDB deletes expired rows some days late; readers check `expires_at` themselves.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Table", name, {}, opts)
        keys = [args.key, *args.indexes.values()]
        attributes = sorted({attribute for key in keys for attribute in (key.partition, key.sort)})

        table = aws.dynamodb.Table(
            name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=args.key.partition,
            range_key=args.key.sort,
            attributes=[{"name": attribute, "type": "S"} for attribute in attributes],
            global_secondary_indexes=[
                aws.dynamodb.TableGlobalSecondaryIndexArgs(
                    name=index, key_schemas=key.schema(), projection_type="ALL"
                )
                for index, key in args.indexes.items()
            ],
            ttl=_expiry() if args.rows_expire else None,
            point_in_time_recovery={"enabled": args.protect_data},
            deletion_protection_enabled=args.protect_data,
            server_side_encryption=_encryption(args.encryption_key),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data),
        )
        self._indexes = tuple(args.indexes)
        self.name = table.name
        self.arn = table.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def metric_dimensions(self) -> list[dict[str, pulumi.Input[str]]]:
        """The dimensions that its metrics come with: those of the table, then of each index."""
        table: dict[str, pulumi.Input[str]] = {"TableName": self.name}
        return [table, *({**table, "GlobalSecondaryIndexName": each} for each in self._indexes)]

    def index_arn(self, index: str) -> pulumi.Output[str]:
        """ARN of one index, for a permission to query it."""
        return pulumi.Output.concat(self.arn, "/index/", index)


def _encryption(
    key: EncryptionKey | None,
) -> aws.dynamodb.TableServerSideEncryptionArgs | None:
    if key is None:
        return None
    return aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=key.arn)


def _expiry() -> aws.dynamodb.TableTtlArgs:
    return aws.dynamodb.TableTtlArgs(attribute_name=EXPIRY_ATTRIBUTE, enabled=True)

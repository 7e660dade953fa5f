"""One DynamoDB table, billed per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Matches, Size, require_known
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import Metric, Statistic

EXPIRY_ATTRIBUTE = "expires_at"


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
_Attribute = Annotated[str, Matches(r".{1,255}", "a name of at most 255 characters")]
_IndexName = Annotated[str, Matches(r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits and _.-")]


@dataclass(frozen=True, kw_only=True)
class Key(Arguments):
    """A partition key and a sort key, both text."""

    partition: _Attribute
    """Attribute that rows are grouped by."""

    sort: _Attribute | None = None
    """Attribute that the rows of one partition are sorted by; without it there is one row each."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.partition == self.sort:
            raise ValueError(f"sort must be another attribute than partition, got {self.sort!r}")

    @property
    def attributes(self) -> list[str]:
        """The attributes of the key."""
        return [self.partition] if self.sort is None else [self.partition, self.sort]

    def schema(self) -> list[aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs]:
        """Return the key as an index declares it."""
        return [
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                attribute_name=attribute, key_type=key_type
            )
            for attribute, key_type in zip(self.attributes, ("HASH", "RANGE"), strict=False)
        ]


@dataclass(frozen=True, kw_only=True)
class TableArgs(Arguments):
    """Keys of a table, and how its data is protected."""

    foundation: Foundation
    """Whether its data is protected, and by which key it is encrypted."""

    key: Key
    """The table's own key."""

    indexes: Annotated[Mapping[_IndexName, Key], Size(0, 20)] = field(default_factory=dict)
    """Global secondary indexes by name, at most 20; each projects every attribute."""

    rows_expire: bool = True
    """Whether DynamoDB deletes rows whose `expires_at` (epoch seconds) has passed."""


class Table(Component):
    """A table with one key, and an index for each other way to find its rows.

    DynamoDB deletes expired rows some days late; readers check `expires_at` themselves.
    """

    name: pulumi.Output[str]
    """Physical name of the table."""

    arn: pulumi.Output[str]
    """ARN of the table."""

    indexes: tuple[str, ...]
    """Names of its indexes."""

    logical_name: str
    """The name it was created with."""

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Table", name, args, opts)
        protect_data, key_arn = args.foundation.protect_data, args.foundation.key_arn
        keys = [args.key, *args.indexes.values()]
        attributes = sorted({attribute for key in keys for attribute in key.attributes})

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
            ttl={"attribute_name": EXPIRY_ATTRIBUTE, "enabled": True} if args.rows_expire else None,
            point_in_time_recovery={"enabled": protect_data},
            deletion_protection_enabled=protect_data,
            server_side_encryption={"enabled": True, "kms_key_arn": key_arn} if key_arn else None,
            opts=pulumi.ResourceOptions(parent=self, protect=protect_data),
        )
        self.logical_name = name
        self.indexes = tuple(args.indexes)
        self.name = table.name
        self.arn = table.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def metric(self, name: str, statistic: Statistic, *, index: str | None = None) -> Metric:
        """A metric that DynamoDB publishes about the table, or about one of its indexes.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
        """
        dimensions: dict[str, pulumi.Input[str]] = {"TableName": self.name}
        if index is not None:
            self._require_index(index)
            dimensions["GlobalSecondaryIndexName"] = index
        return Metric(
            namespace="AWS/DynamoDB", name=name, dimensions=dimensions, statistic=statistic
        )

    def index_arn(self, index: str) -> pulumi.Output[str]:
        """ARN of one index, for a permission to query it. ValueError if the table has no such."""
        self._require_index(index)
        return pulumi.Output.concat(self.arn, "/index/", index)

    def _require_index(self, index: str) -> None:
        require_known(f"index of the table {self.logical_name}", index, self.indexes)

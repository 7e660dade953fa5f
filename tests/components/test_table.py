from __future__ import annotations

from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.testing import record
from tests.components.a_function import FOUNDATION


def test_a_table_whose_key_has_no_sort_attribute_has_one_row_per_partition() -> None:
    args = TableArgs(
        foundation=FOUNDATION,
        key=Key(partition="order_id"),
        indexes={"by-customer": Key(partition="customer_id")},
    )

    inputs = record(lambda: Table("orders", args)).only("aws:dynamodb/table:Table").inputs

    assert inputs["hashKey"] == "order_id"
    assert "rangeKey" not in inputs
    [index] = inputs["globalSecondaryIndexes"]
    assert index["keySchemas"] == [{"attributeName": "customer_id", "keyType": "HASH"}]
    assert {each["name"] for each in inputs["attributes"]} == {"order_id", "customer_id"}

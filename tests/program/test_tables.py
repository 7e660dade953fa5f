"""The tables that handlers are tested with are the ones the program declares."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from pulumi_serverless.testing import Graph
from tests.lambdas import tables

TABLE = "aws:dynamodb/table:Table"


def described(table_name: str) -> dict[str, Any]:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", "eu-west-1")
        tables.create_tables(dynamodb)
        return dict(dynamodb.describe_table(TableName=table_name)["Table"])


def keys(schema: list[dict[str, str]]) -> list[str]:
    return [each["AttributeName"] for each in schema]


@pytest.mark.parametrize(
    ("declared", "tested"),
    [
        ("tasks-table", tables.TASKS),
        ("notifications-deliveries", tables.DELIVERIES),
        ("task-events-outbox", tables.OUTBOX),
    ],
)
def test_handlers_are_tested_on_the_tables_that_are_deployed(
    declared: str, tested: str, dev: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    inputs = dev.named(declared, TABLE).inputs
    table = described(tested)

    assert [inputs["hashKey"], inputs["rangeKey"]] == keys(table["KeySchema"])
    assert {
        index["name"]: [key["attributeName"] for key in index["keySchemas"]]
        for index in inputs.get("globalSecondaryIndexes", [])
    } == {
        index["IndexName"]: keys(index["KeySchema"])
        for index in table.get("GlobalSecondaryIndexes", [])
    }

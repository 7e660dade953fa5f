"""A row of the deliveries table, read into its record; and which table is meant."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_ops.deliveries.delivery_records import (
    DeliveryRecord,
    deliveries_about,
    deliveries_of_event,
)
from tests.ops.fakes import ended, stack_outputs

ID = "019501d2-7c00-7a51-8f3e-52a1c0d9e7b4"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = 1_772_366_400


def _row(**changes: Any) -> dict[str, Any]:
    values = {
        "event_id": ID,
        "part": "sms",
        "event_type": "order.paid.v1",
        "subject": ID,
        "correlation_id": "c-1",
        "recipient": "+4***",
        "status": "COMPLETED",
        "attempts": 2,
        "replays": 1,
        "started_at": SECONDS,
        "updated_at": SECONDS + 1,
        **changes,
    }
    return {
        name: {"N": str(each)} if isinstance(each, int) else {"S": each}
        for name, each in values.items()
        if each is not None
    }


class Dynamo:
    """Returns these rows, a page each."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.asked: list[Any] = []

    def get_paginator(self, operation: str) -> Any:
        assert operation == "query"
        return SimpleNamespace(paginate=self._paginate)

    def _paginate(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return [{"Items": [row]} for row in self.rows]


def test_a_row_is_read_into_every_field() -> None:
    row = _row(
        result="p-1",
        error="busy",
        completed_at=SECONDS + 2,
        given_up_at=SECONDS + 3,
        lease_until=SECONDS + 4,
    )

    [found] = deliveries_of_event(Dynamo(row), "t", ID)

    def at(second: int) -> datetime:
        return NOON.replace(second=second)

    assert found == DeliveryRecord(
        event_id=ID,
        event_type="order.paid.v1",
        subject=ID,
        correlation_id="c-1",
        channel="sms",
        recipient="+4***",
        status="COMPLETED",
        attempts=2,
        replays=1,
        provider_id="p-1",
        error="busy",
        started_at=at(0),
        updated_at=at(1),
        completed_at=at(2),
        dead_lettered_at=at(3),
        leased_until=at(4),
    )


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("GIVEN_UP", "DEAD_LETTERED"),
        ("COMPLETED", "COMPLETED"),
        ("WAITING", "WAITING"),
        ("IN_PROGRESS", "IN_PROGRESS"),
        ("A", "A"),
    ],
)
def test_only_what_was_given_up_is_dead_lettered(status: str, shown: str) -> None:
    assert [each.status for each in deliveries_about(Dynamo(_row(status=status)), "t", ID)] == [
        shown
    ]


def test_records_are_ordered_by_time_then_event_then_channel() -> None:
    rows = [
        _row(event_id="b", part="x"),
        _row(event_id="a", part="y"),
        _row(event_id="a", part="x"),
        _row(event_id="z", part="x", started_at=SECONDS - 1),
    ]

    found = deliveries_about(Dynamo(*rows), "t", ID)

    assert [(each.event_id, each.channel) for each in found] == [
        ("z", "x"),
        ("a", "x"),
        ("a", "y"),
        ("b", "x"),
    ]


def test_an_event_is_read_as_it_is_now_and_a_subject_by_the_index() -> None:
    dynamodb = Dynamo()
    value = {":id": {"S": ID}}

    deliveries_of_event(dynamodb, "t", ID)
    deliveries_about(dynamodb, "t", ID)

    assert dynamodb.asked == [
        {
            "TableName": "t",
            "ConsistentRead": True,
            "KeyConditionExpression": "event_id = :id",
            "ExpressionAttributeValues": value,
        },
        {
            "TableName": "t",
            "IndexName": "by-subject",
            "KeyConditionExpression": "subject = :id",
            "ExpressionAttributeValues": value,
        },
    ]


def _types(dynamodb: Dynamo, *words: str, connections: list[Any] | None = None) -> Result:
    tables = {"a": {"tableName": "table-a"}, "b": {"tableName": "table-b"}}
    seen: list[Any] = [] if connections is None else connections

    def client(service: str, connection: Any) -> Any:
        seen.append(connection)
        return dynamodb

    context = Context(
        client=client,
        run=lambda _: ended(0, stack_outputs(deliveries=tables)),
        local_folder=Path("/nonexistent"),
    )
    return CliRunner().invoke(commands, ["deliveries", "--event", ID, *words], obj=context)


@pytest.mark.parametrize(
    ("words", "tables"),
    [
        (("--stack", "dev"), ["table-a", "table-b"]),
        (("--stack", "dev", "--service", "b"), ["table-b"]),
        (("--stack", "dev", "--table", "table-b"), ["table-b"]),
        (("--stack", "dev", "--table", "other"), ["other"]),
        (("--table", "other"), ["other"]),
    ],
)
def test_the_tables_are_those_of_the_stack_or_the_given_one(
    words: tuple[str, ...], tables: list[str]
) -> None:
    dynamodb, connections = Dynamo(), list[Any]()

    result = _types(dynamodb, *words, connections=connections)

    assert [each["TableName"] for each in dynamodb.asked] == tables
    region = "us-east-1" if "--stack" in words else None
    assert {each.region for each in connections} == {region}
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"is recorded in {', '.join(tables)}: it was not attempted" in result.stderr


def test_json_has_an_object_for_each_table_with_deliveries() -> None:
    result = _types(Dynamo(_row()), "--stack", "dev", "--json")

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["table"] for each in found] == ["table-a", "table-b"]
    assert found[0]["deliveries"] == found[1]["deliveries"]
    assert found[0]["deliveries"][0]["started_at"] == "2026-03-01T12:00:00.000Z"
    assert _types(Dynamo(), "--stack", "dev", "--json").stdout == ""


@pytest.mark.parametrize(
    ("changes", "meaning"),
    [
        (
            {"status": "WAITING", "error": "busy"},
            ["failed at 2026-03-01T12:00:01.000Z: waiting for Lambda's retry, or for a replay"],
        ),
        ({"status": "ODD", "error": "busy"}, ["not known to this version"]),
        (
            {"status": "GIVEN_UP", "given_up_at": SECONDS, "error": "busy"},
            ["dead-lettered at 2026-03-01T12:00:00.000Z: see dead-letters, replay or purge"],
        ),
    ],
)
def test_a_delivery_is_told_line_by_line(changes: dict[str, Any], meaning: list[str]) -> None:
    status = "DEAD_LETTERED" if changes["status"] == "GIVEN_UP" else changes["status"]

    assert _types(Dynamo(_row(**changes)), "--table", "t").stdout.splitlines() == [
        f"2026-03-01T12:00:00.000Z sms to +4***: {status}",
        *(f"    {line}" for line in meaning),
        f"    order.paid.v1 {ID}, about {ID}",
        "    attempts 2, replays 1, correlation id c-1",
        "    last error: busy",
    ]

"""DynamoDB in memory: conditional writes, transactions with their token, consistent queries.

moto does the same, a hundred times slower; test_in_memory_dynamo.py compares the two.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tests.lambdas.tables import DELIVERIES, OUTBOX, TASKS
from tests.model_tests.expressions import Reader, Row

KEYS = {
    TASKS: ("shard", "task_id"),
    DELIVERIES: ("event_id", "part"),
    OUTBOX: ("shard", "committed"),
}
Key = tuple[str, str]
Change = tuple[str, Row | None, Row | None]
"""A table, and a row before and after."""

_TOKEN_SECONDS = 600
_REFUSED = "ConditionalCheckFailed"


class InMemoryDynamo:
    """Every operation takes what boto3 takes and returns what it returns."""

    def __init__(self, clock: Callable[[], float], changed: Callable[[Change], None]) -> None:
        self.tables: dict[str, dict[Key, Row]] = {name: {} for name in KEYS}
        self._clock = clock
        self._changed = changed
        self._tokens: dict[str, float] = {}

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        self._write_one("Put", arguments)
        return {}

    def delete_item(self, **arguments: Any) -> dict[str, Any]:
        self._write_one("Delete", arguments)
        return {}

    def update_item(self, **arguments: Any) -> dict[str, Any]:
        after = self._write_one("Update", arguments)
        return {"Attributes": after} if arguments.get("ReturnValues") == "ALL_NEW" else {}

    def batch_write_item(self, **arguments: Any) -> dict[str, Any]:
        """Understand deletions, the relay's."""
        for table, writes in arguments["RequestItems"].items():
            for each in writes:
                self._write_one("Delete", {"TableName": table, **each["DeleteRequest"]})
        return {"UnprocessedItems": {}}

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        row = self.tables[arguments["TableName"]].get(_key("Get", arguments))
        return {} if row is None else {"Item": copy.deepcopy(row)}

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        token, now = arguments["ClientRequestToken"], self._clock()
        if now - self._tokens.get(token, -_TOKEN_SECONDS) < _TOKEN_SECONDS:
            return {}
        writes = [next(iter(item.items())) for item in arguments["TransactItems"]]
        reasons = [self._reason(kind, each) for kind, each in writes]
        if any(reason["Code"] == _REFUSED for reason in reasons):
            raise _error("TransactionCanceledException", CancellationReasons=reasons)
        self._tokens[token] = now
        changes = [self._apply(kind, each) for kind, each in writes]
        for change in changes:
            self._changed(change)
        return {}

    def query(self, **arguments: Any) -> dict[str, Any]:
        """Understand one query, the relay's: a shard, up to a position."""
        if arguments["KeyConditionExpression"] != "#shard = :shard AND #committed < :before":
            raise NotImplementedError(
                f"the model knows no query {arguments['KeyConditionExpression']}"
            )
        assert arguments["ConsistentRead"], "a query that may miss what was just written"
        shard, before = (
            arguments["ExpressionAttributeValues"][name]["S"] for name in (":shard", ":before")
        )
        found = [
            row
            for key, row in sorted(self.tables[arguments["TableName"]].items())
            if key[0] == shard and key[1] < before
        ]
        return {"Items": copy.deepcopy(found)}

    def expire(self, table: str, attribute: str = "expires_at") -> None:
        """Delete what TTL may delete by now; it may as well do so days later."""
        rows = self.tables[table]
        for key in [k for k, row in rows.items() if int(row[attribute]["N"]) < self._clock()]:
            del rows[key]

    def _write_one(self, kind: str, arguments: Mapping[str, Any]) -> Row:
        reason = self._reason(kind, arguments)
        if reason["Code"] == _REFUSED:
            shown = {"Item": reason["Item"]} if "Item" in reason else {}
            raise _error("ConditionalCheckFailedException", **shown)
        change = self._apply(kind, arguments)
        self._changed(change)
        return copy.deepcopy(change[2] or {})

    def _reason(self, kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        row = self.tables[arguments["TableName"]].get(_key(kind, arguments))
        condition = arguments.get("ConditionExpression")
        if condition is None or _reader(condition, row or {}, arguments).holds():
            return {"Code": "None"}
        shows = (
            arguments.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and row is not None
        )
        return {"Code": _REFUSED, **({"Item": copy.deepcopy(row)} if shows else {})}

    def _apply(self, kind: str, arguments: Mapping[str, Any]) -> Change:
        table, key = self.tables[arguments["TableName"]], _key(kind, arguments)
        before, after = table.get(key), None
        if kind == "Put":
            after = copy.deepcopy(dict(arguments["Item"]))
        elif kind == "Update":
            row = {**arguments["Key"], **(before or {})}
            after = _reader(arguments["UpdateExpression"], row, arguments).updated()
        if after is None:
            table.pop(key, None)
        else:
            table[key] = after
        return arguments["TableName"], before, after


def _reader(expression: str, row: Row, arguments: Mapping[str, Any]) -> Reader:
    names, values = (
        arguments.get("ExpressionAttributeNames"),
        arguments.get("ExpressionAttributeValues"),
    )
    return Reader(expression, row, names, values)


def _key(kind: str, arguments: Mapping[str, Any]) -> Key:
    row = arguments["Item"] if kind == "Put" else arguments["Key"]
    partition, sort = KEYS[arguments["TableName"]]
    return row[partition]["S"], row[sort]["S"]


def _error(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}, **more}, "Write")

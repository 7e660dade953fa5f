"""DynamoDB in memory: conditional writes, transactions with their token, consistent queries.

moto says the same, a hundred times slower; test_the_models_dynamodb.py holds the two together.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tests.lambdas.tables import DELIVERIES, OUTBOX, TASKS
from tests.proof.expressions import Reader, Row

KEYS = {
    TASKS: ("shard", "task_id"),
    DELIVERIES: ("event_id", "channel"),
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

    def put_item(self, **asked: Any) -> dict[str, Any]:
        self._write_one("Put", asked)
        return {}

    def delete_item(self, **asked: Any) -> dict[str, Any]:
        self._write_one("Delete", asked)
        return {}

    def update_item(self, **asked: Any) -> dict[str, Any]:
        after = self._write_one("Update", asked)
        return {"Attributes": after} if asked.get("ReturnValues") == "ALL_NEW" else {}

    def get_item(self, **asked: Any) -> dict[str, Any]:
        row = self.tables[asked["TableName"]].get(_key("Get", asked))
        return {} if row is None else {"Item": copy.deepcopy(row)}

    def transact_write_items(self, **asked: Any) -> dict[str, Any]:
        token, now = asked["ClientRequestToken"], self._clock()
        if now - self._tokens.get(token, -_TOKEN_SECONDS) < _TOKEN_SECONDS:
            return {}
        writes = [next(iter(item.items())) for item in asked["TransactItems"]]
        reasons = [self._reason(kind, each) for kind, each in writes]
        if any(reason["Code"] == _REFUSED for reason in reasons):
            raise _error("TransactionCanceledException", CancellationReasons=reasons)
        self._tokens[token] = now
        changes = [self._apply(kind, each) for kind, each in writes]
        for change in changes:
            self._changed(change)
        return {}

    def query(self, **asked: Any) -> dict[str, Any]:
        """Understand one query, the relay's: a shard, up to a position."""
        if asked["KeyConditionExpression"] != "#shard = :shard AND #committed < :before":
            raise NotImplementedError(f"the model knows no query {asked['KeyConditionExpression']}")
        assert asked["ConsistentRead"], "a query that may miss what was just written"
        shard, before = (
            asked["ExpressionAttributeValues"][name]["S"] for name in (":shard", ":before")
        )
        found = [
            row
            for key, row in sorted(self.tables[asked["TableName"]].items())
            if key[0] == shard and key[1] < before
        ]
        return {"Items": copy.deepcopy(found)}

    def expire(self, table: str, attribute: str = "expires_at") -> None:
        """Delete what TTL may delete by now; it may as well do so days later."""
        rows = self.tables[table]
        for key in [k for k, row in rows.items() if int(row[attribute]["N"]) < self._clock()]:
            del rows[key]

    def _write_one(self, kind: str, asked: Mapping[str, Any]) -> Row:
        reason = self._reason(kind, asked)
        if reason["Code"] == _REFUSED:
            shown = {"Item": reason["Item"]} if "Item" in reason else {}
            raise _error("ConditionalCheckFailedException", **shown)
        change = self._apply(kind, asked)
        self._changed(change)
        return copy.deepcopy(change[2] or {})

    def _reason(self, kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        row = self.tables[asked["TableName"]].get(_key(kind, asked))
        condition = asked.get("ConditionExpression")
        if condition is None or _reader(condition, row or {}, asked).holds():
            return {"Code": "None"}
        shows = asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and row is not None
        return {"Code": _REFUSED, **({"Item": copy.deepcopy(row)} if shows else {})}

    def _apply(self, kind: str, asked: Mapping[str, Any]) -> Change:
        table, key = self.tables[asked["TableName"]], _key(kind, asked)
        before, after = table.get(key), None
        if kind == "Put":
            after = copy.deepcopy(dict(asked["Item"]))
        elif kind == "Update":
            row = {**asked["Key"], **(before or {})}
            after = _reader(asked["UpdateExpression"], row, asked).updated()
        if after is None:
            table.pop(key, None)
        else:
            table[key] = after
        return asked["TableName"], before, after


def _reader(expression: str, row: Row, asked: Mapping[str, Any]) -> Reader:
    names, values = asked.get("ExpressionAttributeNames"), asked.get("ExpressionAttributeValues")
    return Reader(expression, row, names, values)


def _key(kind: str, asked: Mapping[str, Any]) -> Key:
    row = asked["Item"] if kind == "Put" else asked["Key"]
    partition, sort = KEYS[asked["TableName"]]
    return row[partition]["S"], row[sort]["S"]


def _error(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}, **more}, "Write")

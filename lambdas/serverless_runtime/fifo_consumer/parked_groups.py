"""Which messages of which groups are parked: a row per group, with their sequence numbers.

A set makes each step repeatable: a worker that is killed anywhere may do it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.shared import aws

GROUP = "message_group"
_WAITING = "waiting"


class ParkedGroups:
    """Implements `Parked` in DynamoDB. Raises AwsCallError."""

    def __init__(self, table_name: str, client: Any = None) -> None:
        self._table_name = table_name
        self._client: Callable[[], Any] = lambda: client or aws.client("dynamodb")

    def waiting(self, group: str) -> frozenset[str]:
        """Return the sequence numbers of the group's parked messages."""
        row = self._client().get_item(
            TableName=self._table_name, Key=_key(group), ConsistentRead=True
        )
        return frozenset(row.get("Item", {}).get(_WAITING, {}).get("SS", ()))

    def add(self, group: str, sequence: str) -> None:
        """Note that the message is parked."""
        self._change("ADD", group, sequence)

    def remove(self, group: str, sequence: str) -> None:
        """Note that the message is done."""
        self._change("DELETE", group, sequence)

    def _change(self, action: str, group: str, sequence: str) -> None:
        self._client().update_item(
            TableName=self._table_name,
            Key=_key(group),
            UpdateExpression=f"{action} {_WAITING} :sequence",
            ExpressionAttributeValues={":sequence": {"SS": [sequence]}},
        )


def _key(group: str) -> dict[str, Any]:
    return {GROUP: {"S": group}}

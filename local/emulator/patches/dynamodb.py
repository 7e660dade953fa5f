"""DynamoDB: a policy may name the partition keys that a role can use."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="a policy may name the partition keys of rows (dynamodb:LeadingKeys)",
        emulator="does not know the key, and lets ForAllValues of it pass",
        workaround="local/emulator/patches/dynamodb.py supplies it for calls about one row",
    ),
)


def apply() -> None:
    """Supply dynamodb:LeadingKeys for GetItem, PutItem, UpdateItem and DeleteItem."""
    actions: Any = import_module("ministack.core.iam_actions")
    dynamodb: Any = import_module("ministack.services.dynamodb")
    service_context = actions.dynamodb_service_context

    def with_leading_keys(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = service_context(body)
        leading = _leading_key(dynamodb, body)
        return context if leading is None else {**context, "dynamodb:LeadingKeys": [leading]}

    actions.dynamodb_service_context = with_leading_keys


def _leading_key(dynamodb: Any, body: bytes) -> str | None:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return None
    if not isinstance(request, dict):
        return None
    row = request.get("Key") or request.get("Item")
    table = dynamodb._tables.get(str(request.get("TableName", "")).rpartition("/")[2])
    if not isinstance(row, dict) or table is None:
        return None
    [name] = [key["AttributeName"] for key in table["KeySchema"] if key["KeyType"] == "HASH"]
    value = row.get(name)
    return str(next(iter(value.values()))) if isinstance(value, dict) and value else None

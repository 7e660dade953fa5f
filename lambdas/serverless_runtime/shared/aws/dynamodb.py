"""DynamoDB, as far as the functions use it.

Arguments and answers are those of DynamoDB's API, so its reference and boto3's describe them:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
The one difference is binary values: bytes in arguments, base64 text in answers.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from serverless_runtime.shared.aws.api import Api
from serverless_runtime.shared.aws.retries import Patience

_FIRST_PAUSE_SECONDS = 0.025


class DynamoDb:
    """Every method raises what `Api.call` raises."""

    def __init__(self, patience: Patience) -> None:
        self.api = Api("dynamodb", patience, first_pause_seconds=_FIRST_PAUSE_SECONDS)

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        return self._call("GetItem", arguments)

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        return self._call("PutItem", arguments)

    def update_item(self, **arguments: Any) -> dict[str, Any]:
        return self._call("UpdateItem", arguments)

    def delete_item(self, **arguments: Any) -> dict[str, Any]:
        return self._call("DeleteItem", arguments)

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        """Without a ClientRequestToken a repeat after a lost answer would be taken for another
        transaction: give one."""
        return self._call("TransactWriteItems", arguments)

    def query_items(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Yield the items that Query finds, asking for a page when the one before is used up."""
        while True:
            page = self._call("Query", arguments)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        }
        body = json.dumps(arguments, default=_base64).encode()
        answer: dict[str, Any] = json.loads(self.api.call(operation, "/", headers, body).body)
        return answer


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"an argument of DynamoDB cannot be of type {type(value).__name__}")

"""DynamoDB, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/dynamodb.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient

_FIRST_DELAY_SECONDS = 0.025

_VALUES = (
    "ExpressionAttributeNames:{} ExpressionAttributeValues:{AttributeValue} "
    "ReturnValuesOnConditionCheckFailure "
)
_EXPRESSIONS = f"ConditionExpression {_VALUES}"
_CONSUMED = "ReturnConsumedCapacity ReturnItemCollectionMetrics "
_WRITE = (
    f"TableName! {_EXPRESSIONS}{_CONSUMED}ReturnValues ConditionalOperator "
    "Expected:{ExpectedAttributeValue} "
)
_KEY = "Key!:{AttributeValue} "
_READ = (
    "TableName! AttributesToGet:[] ConsistentRead:bool ReturnConsumedCapacity "
    "ProjectionExpression ExpressionAttributeNames:{} "
)


class DynamoDbClient(ServiceClient):
    SHAPES: ClassVar = {
        "GetItem": _KEY + _READ,
        "PutItem": "Item!:{AttributeValue} " + _WRITE,
        "UpdateItem": _KEY + _WRITE + "UpdateExpression AttributeUpdates:{AttributeValueUpdate}",
        "DeleteItem": _KEY + _WRITE,
        "Query": _READ + "IndexName Select Limit:int KeyConditions:{Condition} "
        "QueryFilter:{Condition} ConditionalOperator ScanIndexForward:bool "
        "ExclusiveStartKey:{AttributeValue} FilterExpression KeyConditionExpression "
        "ExpressionAttributeValues:{AttributeValue}",
        "TransactWriteItems": f"TransactItems!:[TransactWriteItem] ClientRequestToken {_CONSUMED}",
        "BatchWriteItem": f"RequestItems!:{{[WriteRequest]}} {_CONSUMED}",
        "WriteRequest": "PutRequest:PutRequest DeleteRequest:DeleteRequest",
        "PutRequest": "Item!:{AttributeValue}",
        "DeleteRequest": _KEY,
        "TransactWriteItem": "ConditionCheck:ConditionCheck Put:Put Delete:Delete Update:Update",
        "ConditionCheck": f"TableName! {_KEY}ConditionExpression! {_VALUES}",
        "Put": "TableName! Item!:{AttributeValue} " + _EXPRESSIONS,
        "Delete": f"TableName! {_KEY}{_EXPRESSIONS}",
        "Update": f"TableName! {_KEY}UpdateExpression! {_EXPRESSIONS}",
        "AttributeValue": "S N B:blob SS:[] NS:[] BS:[blob] M:{AttributeValue} L:[AttributeValue] "
        "NULL:bool BOOL:bool",
        "AttributeValueUpdate": "Value:AttributeValue Action",
        "Condition": "AttributeValueList:[AttributeValue] ComparisonOperator!",
        "ExpectedAttributeValue": "Value:AttributeValue Exists:bool ComparisonOperator "
        "AttributeValueList:[AttributeValue]",
    }

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("dynamodb", config, first_delay_seconds=_FIRST_DELAY_SECONDS)

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        return self._request("GetItem", arguments)

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        return self._request("PutItem", arguments)

    def update_item(self, **arguments: Any) -> dict[str, Any]:
        return self._request("UpdateItem", arguments)

    def delete_item(self, **arguments: Any) -> dict[str, Any]:
        return self._request("DeleteItem", arguments)

    def delete_item_without_waiting(
        self, on_failure: Callable[[Exception], None], **arguments: Any
    ) -> None:
        """Send the request; a later call reads the response, if it comes. There is no retry.

        Raises what `delete_item` raises while it sends.
        """
        operation = "DeleteItem"
        self._post_without_waiting(operation, arguments, _headers(operation), on_failure)

    def query(self, **arguments: Any) -> dict[str, Any]:
        return self._request("Query", arguments)

    def batch_write_item(self, **arguments: Any) -> dict[str, Any]:
        return self._request("BatchWriteItem", arguments)

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        """A retry after a lost response carries the same token, and is not a second transaction."""
        # Most functions write no transaction, and a cold start does without.
        import uuid  # noqa: PLC0415

        arguments.setdefault("ClientRequestToken", str(uuid.uuid4()))
        return self._request("TransactWriteItems", arguments)

    def _request(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._call_json(operation, arguments, _headers(operation))

    def _serialized(self, operation: str, arguments: Mapping[str, Any]) -> bytes:
        binary: list[str] = []

        def as_base64(value: Any) -> str:
            if not isinstance(value, (bytes, bytearray)):
                binary.append("refused")
                return ""
            text = base64.b64encode(value).decode()
            binary.append(f'"B": "{text}"')
            return text

        body = json.dumps(arguments, default=as_base64)
        if (
            body.count('"B": "') == len(binary)
            and '"BS": [' not in body
            and all(each in body for each in binary)
        ):
            return body.encode()
        # Text for a blob, bytes for a text, or a set: rare, and looking at every value takes time.
        from serverless_runtime.shared.aws import blobs  # noqa: PLC0415

        return blobs.serialized_attribute_values(arguments)

    def _parsed(self, body: bytes, object_hook: Any = None) -> dict[str, Any]:
        # Few responses hold binary values either.
        return super()._parsed(body, _with_bytes if b'"B' in body else object_hook)


def _headers(operation: str) -> dict[str, str]:
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
    }


def query_items(client: Any, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Yield the items that a query finds, fetching a page when the one before is used up.

    `client` is this module's or boto3's.
    """
    while True:
        page = client.query(**arguments)
        # With Select="COUNT" there are none.
        yield from page.get("Items", ())
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def delete_item_without_waiting(
    client: Any, on_failure: Callable[[Exception], None], **arguments: Any
) -> None:
    """Delete an item whose deletion nobody depends on. Raises nothing.

    `client` is this module's, or boto3's, which waits. A failure that is noticed, now or by a later
    call, is passed to `on_failure`.
    """
    try:
        if isinstance(client, DynamoDbClient):
            client.delete_item_without_waiting(on_failure, **arguments)
        else:
            client.delete_item(**arguments)
    except Exception as error:
        on_failure(error)


def expression_values(**values: str | int) -> dict[str, dict[str, str]]:
    """Return `ExpressionAttributeValues`, each value named as here with a colon before it."""
    return {
        f":{name}": {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in values.items()
    }


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Decode an attribute value of type B or BS; return any other object as it is."""
    if len(value) != 1:
        return value
    binary, binary_set = value.get("B"), value.get("BS")
    if isinstance(binary, str):
        return {"B": base64.b64decode(binary)}
    if isinstance(binary_set, list):
        return {"BS": [base64.b64decode(each) for each in binary_set]}
    return value

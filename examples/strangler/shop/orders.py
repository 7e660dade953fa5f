"""`POST /orders`: the new shop keeps the order in its table."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from serverless_runtime.shared import aws, json_log

_MAX_BYTES = 10_000


def take_order(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    if not 0 < len(body) <= _MAX_BYTES:
        return _response(400, {"error": f"an order has 1 to {_MAX_BYTES} bytes"})
    order = event["requestContext"]["requestId"]
    aws.client("dynamodb").put_item(
        TableName=os.environ["SHOP_TABLE"],
        Item={"kind": {"S": "order"}, "id": {"S": order}, "body": {"B": body}},
        ConditionExpression="attribute_not_exists(id)",
    )
    return _response(201, {"id": order}, location=f"/orders/{order}")


def _response(status: int, body: Any, **headers: str) -> dict[str, Any]:
    headers["content-type"] = "application/json"
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

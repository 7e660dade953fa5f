"""`GET /products` and `GET /products/{id}`: what the old shop answers, out of the new table."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import unquote

from serverless_runtime.shared import aws, json_log

KIND = {"S": "product"}


def list_products(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    found = aws.client("dynamodb").query(
        TableName=os.environ["SHOP_TABLE"],
        KeyConditionExpression="kind = :kind",
        ExpressionAttributeValues={":kind": KIND},
    )
    return _response(200, {"items": [_shown(row) for row in found["Items"]]})


def show_product(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    product = unquote(event["pathParameters"]["id"])
    found = aws.client("dynamodb").get_item(
        TableName=os.environ["SHOP_TABLE"], Key={"kind": KIND, "id": {"S": product}}
    )
    if "Item" not in found:
        return _response(404, {"error": "no such product"})
    return _response(200, _shown(found["Item"]))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    cents = int(row["cents"]["N"])
    return {
        "id": row["id"]["S"],
        "price": f"{cents // 100}.{cents % 100:02}",
        "stock": int(row["stock"]["N"]),
        "title": row["title"]["S"],
    }


def _response(status: int, body: Any) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

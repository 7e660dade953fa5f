"""`GET` and `HEAD /loans`: what the partner has lent."""

from __future__ import annotations

from typing import Any

from serverless_runtime.gatekeeper.caller import Caller, caller_of
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import expression_values, query_items
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response
from serverless_runtime.web.settings import TableSettings


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, lambda _: _list(caller_of(event)))


def _list(caller: Caller) -> Response:
    rows = query_items(
        aws.client("dynamodb"),
        TableName=read_settings(TableSettings).table_name,
        KeyConditionExpression="partner = :partner",
        ExpressionAttributeValues=expression_values(partner=caller.tenant),
        ConsistentRead=True,
    )
    loans = [{"id": row["loan_id"]["S"], "bookId": row["book_id"]["S"]} for row in rows]
    return Response(status=200, document={"partner": caller.tenant, "items": loans})

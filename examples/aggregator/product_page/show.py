"""The page: `GET /books/{title}`. Without a price there is none; all else may be missing."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from serverless_runtime.aggregator.aggregator import (
    Deadline,
    Missing,
    RequiredMissingError,
    aggregator,
)
from serverless_runtime.shared import json_log

_STATUSES = {"timed-out": 504, "throttled": 503, "circuit-open": 503}


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    request_id = event["requestContext"]["requestId"]
    json_log.bind(correlation_id=request_id)
    book = {"title": unquote(event["pathParameters"]["title"])}
    try:
        answer = aggregator("page").ask(
            {"price": book, "stock": book, "reviews": book},
            deadline=Deadline.of(context),
            correlation_id=request_id,
        )
    except RequiredMissingError as error:
        [first, *_] = error.missing
        status = 404 if first.code == "unknown-title" else _STATUSES.get(first.reason, 502)
        return _response(status, {"missing": [_told(each) for each in error.missing]})
    missing = [_told(each) for each in answer.missing]
    return _response(200, {"data": answer.data, "missing": missing, "stale": answer.stale})


def _told(missing: Missing) -> dict[str, Any]:
    return {"branch": missing.branch, "reason": missing.code or missing.reason}


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

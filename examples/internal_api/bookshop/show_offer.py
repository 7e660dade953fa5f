"""The shop's page: `GET /offers/{title}` and `POST /reservations/{title}`. A customer waits."""

from __future__ import annotations

import json
from typing import Any

from serverless_runtime.service_calls.client import Deadline, service
from serverless_runtime.service_calls.errors import RefusedError, ServiceCallError
from serverless_runtime.shared import json_log

_STATUSES = {"timed-out": 504, "throttled": 503, "too-large": 413}
"""Statuses by the reason of a call without an answer; any other is a 502."""

_OPERATIONS = {"GET": "quote", "POST": "reserve"}


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    request = event["requestContext"]
    json_log.bind(correlation_id=request["requestId"])
    payload = {"title": event["pathParameters"]["title"], "note": event.get("body")}
    try:
        offer = service("prices").call(
            _OPERATIONS[request["http"]["method"]],
            payload,
            deadline=Deadline.of(context),
            correlation_id=request["requestId"],
        )
    except RefusedError as error:
        return _response(404, {"error": error.code, "detail": error.text})
    except ServiceCallError as error:
        unavailable = {"error": "unavailable", "reason": error.reason}
        return _response(
            _STATUSES.get(error.reason, 502), {**unavailable, "mayBeDone": error.may_be_done}
        )
    return _response(200, offer)


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

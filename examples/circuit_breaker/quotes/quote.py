"""What it costs to ship a parcel: `GET /quotes?country=GB&grams=1200`."""

from __future__ import annotations

import functools
import json
from typing import Any

from quotes.carrier import Parcel, ask_carrier
from serverless_runtime.circuit_breaker.circuit_breaker import CallRefusedError, circuit_breaker
from serverless_runtime.shared import json_log

_CENTS_PER_KILOGRAM = 900


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    try:
        parcel = Parcel.from_query(event.get("queryStringParameters") or {})
    except ValueError as error:
        return _response(400, {"error": str(error)})
    try:
        quote = circuit_breaker("carrier").call(
            functools.partial(ask_carrier, parcel),
            fallback=functools.partial(flat_rate, parcel),
        )
    except CallRefusedError as error:
        return _response(422, {"error": str(error)})
    return _response(200, quote)


def flat_rate(parcel: Parcel) -> dict[str, Any]:
    """More than any carrier takes, so that the shop loses nothing."""
    kilograms = -(-parcel.grams // 1_000)
    return {"cents": kilograms * _CENTS_PER_KILOGRAM, "by": "flat rate"}


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

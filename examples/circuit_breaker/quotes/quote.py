"""What it costs to ship a parcel: `GET /quotes?country=GB&grams=1200`."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from serverless_runtime.circuit_breaker.circuit_breaker import (
    CallFailedError,
    CallRefusedError,
    circuit_breaker,
)
from serverless_runtime.shared import json_log
from serverless_runtime.shared.frozen import frozen

_TIMEOUT_SECONDS = 2
_REFUSED = (400, 404, 422)
"""A carrier that is busy, broken, or does not know us, has not said anything about the parcel."""
_COUNTRY = re.compile(r"[A-Z]{2}")
_MAX_GRAMS = 30_000
_CENTS_PER_KILOGRAM = 900


@frozen
class Parcel:
    """What is to be shipped."""

    country: str
    grams: int

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Parcel:
        """Raises ValueError."""
        country, grams = query.get("country", ""), query.get("grams", "")
        if not _COUNTRY.fullmatch(country):
            raise ValueError(f"country must be two capital letters, got {country!r}")
        if not (grams.isascii() and grams.isdecimal() and 1 <= int(grams) <= _MAX_GRAMS):
            raise ValueError(f"grams must be between 1 and {_MAX_GRAMS}, got {grams!r}")
        return cls(country=country, grams=int(grams))


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


def ask_carrier(parcel: Parcel) -> dict[str, Any]:
    """Raises CallFailedError and CallRefusedError, and what `urlopen` raises if there is no whole
    response."""
    query = urlencode({"country": parcel.country, "grams": parcel.grams})
    url = f"{os.environ['CARRIER_URL']}/rates?{query}"
    try:
        # The address is this program's own setting.
        with urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            cents = _cents(response.read())
    except HTTPError as error:
        text = f"the carrier responded with HTTP {error.code}"
        if error.code not in _REFUSED:
            wait = _seconds(error.headers["Retry-After"])
            raise CallFailedError(text, retry_after_seconds=wait) from None
        raise CallRefusedError(f"{text}: it does not ship this parcel") from None
    return {"cents": cents, "by": "carrier"}


def _cents(response: bytes) -> int:
    try:
        cents = json.loads(response)["cents"]
    except (ValueError, RecursionError, TypeError, KeyError):
        cents = None
    if not isinstance(cents, int) or cents < 0:
        raise CallFailedError("the carrier's response has no rate in cents")
    return cents


def flat_rate(parcel: Parcel) -> dict[str, Any]:
    """More than any carrier takes, so that the shop loses nothing."""
    kilograms = -(-parcel.grams // 1_000)
    return {"cents": kilograms * _CENTS_PER_KILOGRAM, "by": "flat rate"}


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdecimal() else None


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

"""The carrier's API, and what its responses mean."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from serverless_runtime.circuit_breaker.circuit_breaker import CallFailedError, CallRefusedError

TIMEOUT_SECONDS = 2
_COUNTRY = re.compile(r"[A-Z]{2}")
_MAX_GRAMS = 30_000
_BUSY = (408, 425, 429)
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
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


def ask_carrier(parcel: Parcel) -> dict[str, Any]:
    """Raises CallFailedError and CallRefusedError, and OSError if there is no response."""
    query = urlencode({"country": parcel.country, "grams": parcel.grams})
    url = f"{os.environ['CARRIER_URL']}/rates?{query}"
    try:
        # The address is this program's own setting.
        with urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            rate = json.load(response)
    except HTTPError as error:
        text = f"the carrier responded with HTTP {error.code}"
        if error.code >= _SERVER_ERROR or error.code in _BUSY:
            raise CallFailedError(text, retry_after_seconds=_seconds(error.headers)) from None
        raise CallRefusedError(f"{text}: it does not ship this parcel") from None
    except ValueError:
        raise CallFailedError("the carrier's response is no JSON") from None
    return {"cents": rate["cents"], "by": "carrier"}


def _seconds(headers: Mapping[str, str]) -> float | None:
    wait = headers.get("Retry-After", "")
    return float(wait) if wait.isdecimal() else None

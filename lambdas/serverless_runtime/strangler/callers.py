"""Who calls, and on which side that caller is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from serverless_runtime.strangler.settings.callers import CLAIM, COOKIE, HEADER, QUERY

_BUCKETS = 10_000


def caller_of(event: Mapping[str, Any], source: str) -> str | None:
    """Return what the source says of the request's caller; None if it says nothing."""
    context = event["requestContext"]
    if source.startswith(HEADER):
        return event["headers"].get(source.removeprefix(HEADER).lower()) or None
    if source.startswith(QUERY):
        found = parse_qs(event.get("rawQueryString", "")).get(source.removeprefix(QUERY))
        return found[0] if found else None
    if source.startswith(COOKIE):
        return _cookie(event, source.removeprefix(COOKIE))
    if source.startswith(CLAIM):
        claims = context.get("authorizer", {}).get("jwt", {}).get("claims", {})
        return claims.get(source.removeprefix(CLAIM)) or None
    return context["http"].get("sourceIp") or None


def is_among(caller: str, percent: int, facade: str) -> bool:
    """Whether a caller is among so many of a hundred.

    It depends on nothing else: on no route, so that all pages that a caller sees are of one side;
    and who is among 20 of a hundred is among 30.
    """
    digest = hashlib.sha256(f"{facade}\0{caller}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _BUCKETS < percent * _BUCKETS // 100


def cookie_header(event: Mapping[str, Any]) -> str | None:
    """Return the request's cookies as a header holds them: API Gateway takes them apart."""
    cookies = event.get("cookies")
    return "; ".join(cookies) if cookies else event["headers"].get("cookie")


def _cookie(event: Mapping[str, Any], name: str) -> str | None:
    for each in (cookie_header(event) or "").split(";"):
        found, _, value = each.strip().partition("=")
        if found == name:
            return value or None
    return None

"""Parameters of requests, validated."""

from __future__ import annotations

import re
from collections.abc import Mapping

from serverless_runtime.web.http.problem import invalid_parameter

__all__ = ["idempotency_key"]

_IDEMPOTENCY_KEY = r"[!-~]{1,255}"


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Return the request's Idempotency-Key, if it has one. Raises Problem 400."""
    key = headers.get("idempotency-key")
    if key is not None and not re.fullmatch(_IDEMPOTENCY_KEY, key):
        raise invalid_parameter(
            "header", "Idempotency-Key", "must be 1 to 255 visible ASCII characters, given once"
        )
    return key

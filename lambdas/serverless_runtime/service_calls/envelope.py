"""What crosses the wire: a request with its deadline; an answer, a refusal, or a rejection.

    {"operation": "quote", "version": 1, "correlation_id": "…", "deadline_ms": 1767225600000,
     "payload": {…}}

    {"ok": {…}}
    {"refused": {"code": "unknown-book", "text": "…"}}      the operation's own word
    {"rejected": {"code": "wrong-version", "text": "…"}}    said before or after the operation

An invocation that failed has none of these: Lambda says so itself.
"""

from __future__ import annotations

import json
from typing import Any

MAX_BYTES = 6_291_456
"""Of a request and of an answer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

OK, REFUSED, REJECTED = "ok", "refused", "rejected"

TOO_LATE = "too-late"
"""The deadline had passed before the operation began: nothing was done."""

WRONG_VERSION = "wrong-version"
TOO_LARGE = "too-large"
MALFORMED = "malformed"


def encoded(document: object) -> bytes:
    """Return the document as JSON. Raises ValueError and TypeError for what JSON does not know."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def problem(kind: str, code: str, text: str) -> dict[str, Any]:
    """Return the answer that says no."""
    return {kind: {"code": code, "text": text}}

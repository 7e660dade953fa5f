"""What a side answers, as it is compared and as API Gateway takes it."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers of one connection. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1"""

MAX_BODY_BYTES = 4_500_000
"""A function returns 6 MB at most, and the body is in base64.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_SERVER_ERROR = 500
_STATUS = re.compile("[2-5][0-9]{2}")
_FOLD = re.compile("[ \\t]*\\r?\\n[ \\t]+")
_MEMBERS = ("statusCode", "headers", "body", "isBase64Encoded")
"""And cookies: all that API Gateway reads of an answer."""


class Answer(NamedTuple):
    """One side's answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case, without those of cookies."""

    body: bytes
    response: Any
    """What the router returns to API Gateway."""

    is_own: bool = False
    """Whether it is the router's, because a side has not answered."""

    @property
    def is_server_error(self) -> bool:
        """Whether the side has failed."""
        return self.status >= _SERVER_ERROR


def answer_of_legacy(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
    """Return the answer of the old system, unchanged.

    API Gateway takes one value for each header, so those that are repeated become a list, which
    means the same (RFC 9110, 5.3), but for cookies, which it takes one by one.
    """
    cookies, merged = list[str](), dict[str, str]()
    for name, value in ((name, _as_sent(value)) for name, value in headers):
        lower = name.lower()
        if lower == "set-cookie":
            cookies.append(value)
        elif lower not in HOP_BY_HOP and lower != "content-length":
            merged[lower] = f"{merged[lower]}, {value}" if lower in merged else value
    response: dict[str, Any] = {
        "statusCode": status,
        "headers": merged,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    if cookies:
        response["cookies"] = cookies
    return Answer(status, merged, body, response)


def _as_sent(value: str) -> str:
    """Return a header's value, of which http.client reads each byte as a character of Latin-1, as
    one in UTF-8, if it is that; and on one line, as RFC 9112, 5.2, says."""
    line = _FOLD.sub(" ", value)
    try:
        return line.encode("latin-1").decode()
    except UnicodeError:
        return line


def answer_of_function(returned: Any) -> Answer:
    """Return the answer of a function, as API Gateway reads it. Raises ValueError for one that API
    Gateway could not read."""
    if not isinstance(returned, dict) or "statusCode" not in returned:
        # What API Gateway makes of it:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
        text = json.dumps(returned, allow_nan=False)
        body = returned if isinstance(returned, str) else text
        return Answer(200, {"content-type": "application/json"}, body.encode(), returned)
    response = {name: each for name, each in returned.items() if name in _MEMBERS}
    return Answer(
        _status(returned["statusCode"]),
        _headers(returned.get("headers")),
        _content(returned.get("body"), returned.get("isBase64Encoded")),
        {**response, **_cookies(returned.get("cookies"))},
    )


def _status(value: object) -> int:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _STATUS.fullmatch(text):
        raise ValueError("the function's statusCode must be a whole number from 200 to 599")
    return int(text)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict | None):
        raise ValueError(f"the function's headers must be an object, got {type(value).__name__}")
    for each in (value or {}).values():
        is_finite = not isinstance(each, float) or math.isfinite(each)
        if not isinstance(each, str | int | float | None) or not is_finite:
            raise ValueError("a value of the function's headers must be text or a number")
    return {str(name).lower(): str(each) for name, each in (value or {}).items()}


def _content(body: object, is_base64: object) -> bytes:
    if not isinstance(body, str | None):
        raise ValueError(f"the function's body must be text, got {type(body).__name__}")
    if not isinstance(is_base64, bool | None):
        raise ValueError("the function's isBase64Encoded must be true or false")
    try:
        return base64.b64decode(body or "") if is_base64 else (body or "").encode()
    except binascii.Error:
        raise ValueError("the function's body must be base64") from None


def _cookies(value: object) -> dict[str, list[str]]:
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("the function's cookies must be a list of texts")
    return {"cookies": value}


def failed(status: int, message: str) -> Answer:
    """Return what API Gateway itself answers when an integration fails."""
    body = json.dumps({"message": message}, separators=(",", ":"))
    headers = {"content-type": "application/json"}
    response = {"statusCode": status, "headers": headers, "body": body}
    return Answer(status, headers, body.encode(), response, is_own=True)

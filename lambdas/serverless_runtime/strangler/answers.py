"""What a side answers, as it is compared and as API Gateway takes it."""

from __future__ import annotations

import base64
import binascii
import json
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


class Answer(NamedTuple):
    """One side's answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case, without those of cookies."""

    body: bytes
    response: Any
    """What the router returns to API Gateway."""

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
    one in UTF-8, if it is that."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def answer_of_function(returned: Any) -> Answer:
    """Return the answer of a function, which API Gateway gets as it is. Raises ValueError for one
    that API Gateway could not read."""
    if not isinstance(returned, dict) or "statusCode" not in returned:
        # What API Gateway makes of it:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
        text = returned if isinstance(returned, str) else json.dumps(returned)
        return Answer(200, {"content-type": "application/json"}, text.encode(), returned)
    body = returned.get("body") or ""
    if not isinstance(body, str):
        raise ValueError(f"the function's body must be text, got {type(body).__name__}")
    try:
        content = base64.b64decode(body) if returned.get("isBase64Encoded") else body.encode()
    except binascii.Error:
        raise ValueError("the function's body must be base64") from None
    headers = {
        str(name).lower(): str(value) for name, value in (returned.get("headers") or {}).items()
    }
    return Answer(int(returned["statusCode"]), headers, content, returned)


def failed(status: int, message: str) -> Answer:
    """Return what API Gateway itself answers when an integration fails."""
    body = json.dumps({"message": message}, separators=(",", ":"))
    headers = {"content-type": "application/json"}
    response = {"statusCode": status, "headers": headers, "body": body}
    return Answer(status, headers, body.encode(), response)

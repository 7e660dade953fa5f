"""Message attributes that an HTTP API writes: texts with variables, which it fills in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_NAME = re.compile(r"(?!aws\.|amazon\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.IGNORECASE)
_MAX_NAME = 256

_VARIABLE = re.compile(r"\$\{([^{}$]*)\}")
_REQUEST = re.compile(r"request\.(header|querystring|path)\.[A-Za-z0-9_-]+")
_AUTHORIZER = re.compile(r"context\.authorizer\.[A-Za-z0-9_.:/-]+")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_OF_CALLERS = frozenset(
    f"context.{name}" for name in ("domainName", "domainPrefix", "identity.userAgent", "path")
)
"""What API Gateway copies from the request."""

_OF_AWS = frozenset(
    f"context.{name}"
    for name in (
        *("accountId", "apiId", "extendedRequestId", "httpMethod", "protocol", "requestId"),
        *("requestTime", "requestTimeEpoch", "routeKey", "stage"),
        *("identity.accountId", "identity.caller", "identity.principalOrgId"),
        *("identity.sourceIp", "identity.user", "identity.userArn"),
    )
)


def require_attribute(name: str, text: str) -> None:
    """Raise ValueError if SQS or API Gateway would refuse the attribute: each request would get a
    400, and nobody would be told."""
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        raise ValueError(
            "an attribute's name must be 1 to 256 letters, digits, - and _, with single dots "
            f"inside, and no aws. before it, got {name!r}"
        )
    if "$" in _VARIABLE.sub("", text) or not text.isprintable():
        raise ValueError(
            f"attributes[{name!r}] must be printable text, with a $ for variables like "
            f"${{context.requestId}} only, got {text!r}"
        )
    for variable in _VARIABLE.findall(text):
        _rank(variable)


def attributes_json(attributes: Mapping[str, str]) -> str:
    """Return the attributes as an integration takes them.

    API Gateway pastes what a variable stands for as it is, so that a text with a quote in it can
    write further attributes. Of two with one name the last counts: what callers write comes first,
    what an authorizer says of them after it, and what only AWS and the program say last.
    """
    ordered = sorted(attributes.items(), key=lambda each: _least(each[1]))
    return json.dumps(
        {name: {"DataType": "String", "StringValue": value} for name, value in ordered}
    )


def _least(text: str) -> int:
    return min(map(_rank, _VARIABLE.findall(text)), default=2)


def _rank(variable: str) -> int:
    """Return 0 for what callers write, 1 for what an authorizer says, and 2 for what AWS says."""
    if _REQUEST.fullmatch(variable) or variable in _OF_CALLERS:
        return 0
    if _AUTHORIZER.fullmatch(variable):
        return 1
    if variable in _OF_AWS:
        return 2
    raise ValueError(
        "a variable of an attribute must be request.header.NAME, request.querystring.NAME, "
        f"request.path.NAME, context.authorizer.NAME or one of {', '.join(sorted(_KNOWN))}, "
        f"got {variable!r}"
    )


_KNOWN = _OF_CALLERS | _OF_AWS

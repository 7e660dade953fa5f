"""What the API says itself, in the body that a client has sent."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from serverless_runtime.robust_api.settings import AUTHORIZER, CLAIM, PATH, USER_ARN
from serverless_runtime.web.http.body import invalid_field, invalid_fields, read_object
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request


def said_by_api(event: Mapping[str, Any], fields: str) -> dict[str, Any]:
    """Return the fields, which are JSON: variable by name. Raises Problem 403 if the API does not
    know one of the caller, such as a claim that a token does not have."""
    said = {}
    for name, variable in _variables(fields).items():
        value = _value(event, variable)
        if value is None or value == "":
            raise Problem(403, f"the API does not know the {name} of the caller")
        said[name] = value
    return said


def body_with_fields(
    request: Request, event: Mapping[str, Any], fields: str, *, max_bytes: int
) -> bytes:
    """Return the body, a JSON object, with what the API says before its own fields, which stay byte
    by byte.

    Raises Problem 415, 413 or 400, also for a body that says the same itself, and 403.
    """
    said = said_by_api(event, fields)
    before = json.dumps(said, separators=(",", ":"))[1:-1].encode()
    document, body = read_object(request, max_bytes=max_bytes - len(before) - bool(before))
    if not before:
        return body
    if taken := [name for name in said if name in document]:
        raise invalid_fields([invalid_field(name, "the API says it itself") for name in taken])
    own = body.strip()[1:]
    return b"{" + before + (b"," if document else b"") + own


@functools.cache
def _variables(fields: str) -> Mapping[str, str]:
    variables: Mapping[str, str] = json.loads(fields)
    return variables


def _value(event: Mapping[str, Any], variable: str) -> Any:
    if variable.startswith(PATH):
        return (event.get("pathParameters") or {}).get(variable.removeprefix(PATH))
    known = event["requestContext"].get("authorizer") or {}
    if variable == USER_ARN:
        return (known.get("iam") or {}).get("userArn")
    if variable.startswith(CLAIM):
        return ((known.get("jwt") or {}).get("claims") or {}).get(variable.removeprefix(CLAIM))
    return (known.get("lambda") or {}).get(variable.removeprefix(AUTHORIZER))

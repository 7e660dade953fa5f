"""Request bodies: size, content type, JSON, and every bad field named."""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lambdas.task_service.http.problem import BadField, Problem
from lambdas.task_service.http.request import Request

JSON = ("application/json",)
PATCH = ("application/merge-patch+json", "application/json")

_MAX_BYTES = 65_536
_MAX_ERRORS = 100

M = TypeVar("M", bound=BaseModel)


def read_body(request: Request, model: type[M], content_types: tuple[str, ...]) -> M:
    """Return the body as a `model`. Raises Problem 415, 413 or 400."""
    _require_content_type(request.headers.get("content-type", ""), content_types)
    body = _decoded(request)
    if len(body) > _MAX_BYTES:
        raise Problem(413, f"the body must be at most {_MAX_BYTES} bytes, got {len(body)}")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise _refusal(found) from error


def _require_content_type(header: str, content_types: tuple[str, ...]) -> None:
    media_type, *parameters = header.split(";")
    if media_type.strip().lower() not in content_types:
        raise Problem(415, f"Content-Type must be {' or '.join(content_types)}")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        is_charset = name.strip().lower().rstrip("*") == "charset"
        if is_charset and value.strip().strip('"').lower() != "utf-8":
            raise Problem(415, "the charset must be utf-8")


def _decoded(request: Request) -> bytes:
    if not request.body_is_base64:
        # What this writes for a lone surrogate is not UTF-8, and so refused as JSON.
        return request.body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(request.body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, "the body is not valid base64") from error


def _refusal(found: list[ErrorDetails]) -> Problem:
    if found[0]["type"] == "json_invalid":
        detail = found[0]["msg"]
        return Problem(400, "the body is not valid JSON", errors=[BadField("body", "", detail)])
    errors = [_bad_field(error) for error in found[:_MAX_ERRORS]]
    detail = f"{len(found)} fields of the body are refused"
    if len(found) == 1:
        detail = "one field of the body is refused"
    elif len(found) > _MAX_ERRORS:
        detail += f"; the first {_MAX_ERRORS} are named"
    return Problem(400, detail, errors=errors)


def _bad_field(error: ErrorDetails) -> BadField:
    pointer = "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]
    )
    return BadField("body", pointer, _WORDS.get(error["type"], error["msg"]))


_WORDS = {
    "extra_forbidden": "unknown field",
    "missing": "required",
    "model_type": "must be a JSON object",
    "string_type": "must be text",
}

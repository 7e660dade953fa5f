"""Request bodies: size, content type, JSON, and an error for every invalid field."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from serverless_runtime.shared import strict_json
from serverless_runtime.web.http.problem import InvalidField, Problem
from serverless_runtime.web.http.request import Request

__all__ = [
    "JSON",
    "PATCH",
    "Field",
    "InvalidFieldError",
    "invalid_field",
    "invalid_fields",
    "read_body",
    "read_object",
]

JSON = ("application/json",)
"""Media types of a JSON body."""

PATCH = ("application/merge-patch+json", "application/json")
"""Media types of a JSON merge patch."""

MAX_BYTES = 65_536
_MAX_ERRORS = 100


class InvalidFieldError(Exception):
    """A field has an invalid value; the text states what it must be."""


class Field(NamedTuple):
    """One field of a body."""

    attribute: str
    """Its name in Python."""

    check: Callable[[object], Any]
    """Returns the value for a JSON value, or raises InvalidFieldError."""

    required: bool = False
    """Whether a body without it is invalid."""


def read_body(
    request: Request,
    fields: Mapping[str, Field],
    content_types: tuple[str, ...] = JSON,
    *,
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    """Return the fields that the body has, by attribute. Raises Problem 415, 413 or 400."""
    document, _ = read_object(request, content_types, max_bytes=max_bytes)
    values: dict[str, Any] = {}
    invalid = list(_validate(document, fields, values))
    if invalid:
        raise invalid_fields(invalid)
    return values


def read_object(
    request: Request, content_types: tuple[str, ...] = JSON, *, max_bytes: int = MAX_BYTES
) -> tuple[dict[str, Any], bytes]:
    """Return the JSON object that the body is, whatever is in it, and its bytes as they were sent.

    Raises Problem 415, 413 or 400.
    """
    _require_content_type(request.headers, content_types)
    body = _decoded(request)
    if len(body) > max_bytes:
        raise Problem(413, f"the body must be at most {max_bytes} bytes, got {len(body)}")
    document = _parsed(body)
    if not isinstance(document, dict):
        raise invalid_fields([InvalidField("body", "", "must be a JSON object")])
    return document, body


def invalid_fields(invalid: list[InvalidField]) -> Problem:
    """Return the 400 for the fields of a body."""
    detail = f"{len(invalid)} fields of the body are invalid"
    if len(invalid) == 1:
        detail = "one field of the body is invalid"
    elif len(invalid) > _MAX_ERRORS:
        detail += f"; the first {_MAX_ERRORS} are listed"
    return Problem(400, detail, errors=invalid[:_MAX_ERRORS])


def _validate(
    document: Mapping[str, Any], fields: Mapping[str, Field], values: dict[str, Any]
) -> Iterator[InvalidField]:
    """Put valid fields into `values`, and yield the invalid ones: known fields first."""
    for name, field in fields.items():
        if name in document:
            try:
                values[field.attribute] = field.check(document[name])
            except InvalidFieldError as error:
                yield invalid_field(name, str(error))
        elif field.required:
            yield invalid_field(name, "required")
    for name in document:
        if name not in fields:
            yield invalid_field(name, "unknown field")


def _parsed(body: bytes) -> object:
    try:
        document: object = strict_json.parse(body)
    except strict_json.NotJsonError as error:
        raise _not_json(str(error)) from error
    return document


def _not_json(detail: str) -> Problem:
    return Problem(
        400,
        "the body is not valid JSON",
        errors=[InvalidField("body", "", f"Invalid JSON: {detail}")],
    )


def _require_content_type(headers: Mapping[str, str], content_types: tuple[str, ...]) -> None:
    # JSON has no parameters: RFC 8259, 11. What is no UTF-8 is rejected as such.
    media_type = headers.get("content-type", "").partition(";")[0]
    if media_type.strip(" \t").lower() not in content_types:
        raise Problem(415, f"Content-Type must be {' or '.join(content_types)}")
    coding = headers.get("content-encoding", "identity").strip(" \t").lower()
    if coding not in ("identity", ""):
        raise Problem(
            415,
            f"the body must have no Content-Encoding, got {coding[:40]!a}",
            headers={"Accept-Encoding": "identity"},
        )


def _decoded(request: Request) -> bytes:
    if not request.body_is_base64:
        if "\ufffd" in request.body:
            raise _not_json("not UTF-8, or with U+FFFD, which a gateway writes for what is not")
        # The result for a lone surrogate is not UTF-8, and so rejected as JSON.
        return request.body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(request.body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, "the body is not valid base64") from error


def invalid_field(name: str, detail: str) -> InvalidField:
    """Return what is wrong with one field."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return InvalidField("body", pointer, detail)

"""Blobs in the JSON of requests: base64, as botocore writes them, a str as its UTF-8 first.

Imported only for requests that may have them: most have none, or only bytes that DynamoDB's client
writes by itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

EACH = "*"
"""In a path: every element of a list, or every value of a map."""

_MESSAGE_ATTRIBUTES = tuple(
    (attributes, EACH, *value)
    for attributes in ("MessageAttributes", "MessageSystemAttributes")
    for value in (("BinaryValue",), ("BinaryListValues", EACH))
)

BLOBS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "SendMessage": _MESSAGE_ATTRIBUTES,
    "SendEmail": (
        ("Content", "Raw", "Data"),
        *(("Content", kind, "Attachments", EACH, "RawContent") for kind in ("Simple", "Template")),
    ),
}
"""Where operations have blobs; DynamoDB has them in attribute values, wherever these are."""


def serialized(operation: str, arguments: Mapping[str, Any]) -> bytes:
    """Return the arguments, which the operation takes, as JSON."""
    for path in BLOBS.get(operation, ()):
        arguments = _with_base64(arguments, path)
    return json.dumps(arguments).encode()


def serialized_attribute_values(arguments: Mapping[str, Any]) -> bytes:
    """Return the arguments of an operation of DynamoDB as JSON."""
    return json.dumps(_attribute_values(arguments)).encode()


def _with_base64(value: Any, path: tuple[str, ...]) -> Any:
    if not path:
        return _as_base64(value)
    name, rest = path[0], path[1:]
    if isinstance(value, (list, tuple)) and name == EACH:
        return [_with_base64(each, rest) for each in value]
    if not isinstance(value, dict):
        return value
    names = value if name == EACH else {name} & value.keys()
    return {**value, **{each: _with_base64(value[each], rest) for each in names}}


def _attribute_values(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_attribute_values(each) for each in value]
    if not isinstance(value, dict):
        return value
    # An attribute may be named B or BS itself; then its value is an object.
    return {
        name: _as_base64(each)
        if name == "B"
        else [_as_base64(blob) for blob in each]
        if name == "BS" and isinstance(each, (list, tuple))
        else _attribute_values(each)
        for name, each in value.items()
    }


def _as_base64(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, str)):
        data = value.encode() if isinstance(value, str) else value
        return base64.b64encode(data).decode()
    return _attribute_values(value)

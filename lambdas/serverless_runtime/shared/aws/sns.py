"""SNS, as far as the functions use it, as boto3 offers it.

Its requests are forms, and its responses XML: the only such service among these.
https://docs.aws.amazon.com/boto3/latest/reference/services/sns.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.errors import ResponseError
from serverless_runtime.shared.aws.parameters import validate
from serverless_runtime.shared.aws.service_client import ServiceClient

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_VERSION = "2010-03-31"
_RETURNED = ("MessageId", "SequenceNumber")


class SnsClient(ServiceClient):
    SHAPES: ClassVar = {
        "Publish": "Message! TopicArn TargetArn PhoneNumber Subject MessageStructure "
        "MessageAttributes:{MessageAttributeValue} MessageDeduplicationId MessageGroupId",
        "MessageAttributeValue": "DataType! StringValue BinaryValue:blob",
    }

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("sns", config)

    def publish(self, **arguments: Any) -> dict[str, Any]:
        validate(self.SHAPES, "Publish", arguments)
        body = urlencode([("Action", "Publish"), ("Version", _VERSION), *_fields(arguments)])
        response, metadata = self._call("Publish", "/", _HEADERS, body.encode())
        # Ids and numbers, which XML writes as they are: a parser takes longer to be imported.
        text = response.body.decode(errors="replace")
        members = {name: value for name in _RETURNED if (value := _between(text, name)) is not None}
        if "MessageId" not in members:
            raise ResponseError("Publish: the response is not SNS's XML")
        if (request_id := _between(text, "RequestId")) is not None:
            metadata = {"RequestId": request_id, **metadata}
        return {**members, "ResponseMetadata": metadata}

    def _parsed(self, body: bytes, object_hook: Any = None) -> dict[str, Any]:
        """Return the `Error` of an XML: its Type, Code and Message."""
        # Most cold starts see no error.
        from xml.etree import ElementTree  # noqa: PLC0415

        try:
            # From AWS over TLS; expat expands no external entities.
            root = ElementTree.fromstring(body)  # noqa: S314
        except ElementTree.ParseError as error:
            raise ValueError("no XML") from error
        members = {
            element.tag.rpartition("}")[2]: element.text or ""
            for error in root.iter()
            if error.tag.rpartition("}")[2] == "Error"
            for element in error
        }
        if not members:
            raise ValueError("XML without an error")
        return {"Error": members}


def _between(text: str, name: str) -> str | None:
    _, found, rest = text.partition(f"<{name}>")
    return rest.partition(f"</{name}>")[0] if found else None


def _fields(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        if name != "MessageAttributes":
            yield name, value
            continue
        for number, (key, each) in enumerate(value.items(), 1):
            start = f"{name}.entry.{number}"
            yield f"{start}.Name", key
            for member, content in each.items():
                is_blob = member == "BinaryValue"
                yield f"{start}.Value.{member}", _as_base64(content) if is_blob else content


def _as_base64(value: bytes | bytearray | str) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()

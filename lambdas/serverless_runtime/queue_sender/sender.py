"""Sends messages to a queue, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from serverless_runtime.queue_sender.settings import read_queue_settings
from serverless_runtime.shared import aws, strict_json
from serverless_runtime.shared.arguments import require_a
from serverless_runtime.shared.message_attributes import require_attribute

MAX_MESSAGE_BYTES = 261_888
"""Body and attributes together. The queue takes 256 more, which are left to those who pass the
message on: what parks or replays it may add an attribute."""

MAX_ATTRIBUTES = 9
"""SQS takes 10; the last one is left to the same."""

MAX_ID_CHARACTERS = 128

_ID = re.compile(f"[!-~]{{1,{MAX_ID_CHARACTERS}}}")
"""A message group, or a deduplication id."""


class QueueSender:
    """Sends to one queue. The function's environment must contain that of the queue."""

    def __init__(self, queue_name: str, *, client: Any = None) -> None:
        """`queue_name` is the name in the program. Raises MissingSettingsError.

        `client` is for SQS: boto3's, or by default the small one of
        `serverless_runtime.shared.aws`.
        """
        self._url = read_queue_settings(queue_name).url
        self._client = client or aws.client("sqs")

    def send(
        self,
        body: Any,
        *,
        attributes: Mapping[str, str] | None = None,
        group: str | None = None,
        deduplication_id: str | None = None,
    ) -> str:
        """Send `body` as JSON, and return SQS's id of the message.

        A FIFO queue keeps the order within a `group`, and drops a second message with the same
        `deduplication_id` within five minutes; it needs both. After an error the message may have
        been sent all the same. Raises ValueError for what SQS would refuse, AwsCallError.
        """
        text = _as_json(body)
        if attributes is not None:
            require_a("attributes", attributes, Mapping, "a mapping of texts")
        arguments: dict[str, Any] = {"QueueUrl": self._url, "MessageBody": text}
        if attributes:
            arguments["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            }
        self._require_fitting(text, attributes or {})
        arguments |= self._order(group, deduplication_id)
        return str(self._client.send_message(**arguments)["MessageId"])

    def _require_fitting(self, text: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise ValueError(f"attributes must be at most {MAX_ATTRIBUTES}, got {len(attributes)}")
        for name, value in attributes.items():
            require_attribute(name, value)
        parts = [text, *(f"{name}String{value}" for name, value in attributes.items())]
        if (size := sum(len(part.encode()) for part in parts)) > MAX_MESSAGE_BYTES:
            raise ValueError(
                f"a message must be at most {MAX_MESSAGE_BYTES} bytes with its attributes, got "
                f"{size}; put what is larger into S3, and its key into the message"
            )

    def _order(self, group: str | None, deduplication_id: str | None) -> dict[str, str]:
        for name, value in {"group": group, "deduplication_id": deduplication_id}.items():
            if value is not None and not (isinstance(value, str) and _ID.fullmatch(value)):
                raise ValueError(
                    f"{name} must be 1 to {MAX_ID_CHARACTERS} letters, digits and punctuation of "
                    f"ASCII, got {value!a:.150}"
                )
        is_fifo = self._url.endswith(".fifo")
        if is_fifo and not (group and deduplication_id):
            raise ValueError(
                "a FIFO queue needs group and deduplication_id, "
                f"got {group!r} and {deduplication_id!r}"
            )
        if not is_fifo and deduplication_id is not None:
            raise ValueError(
                f"only a FIFO queue knows a deduplication_id, got {deduplication_id!r}; let the "
                "consumer recognise what it has done"
            )
        given = {"MessageGroupId": group, "MessageDeduplicationId": deduplication_id}
        return {name: value for name, value in given.items() if value is not None}


def _as_json(body: object) -> str:
    """Return the body as JSON that every consumer reads alike. ValueError if it is no such."""
    kind = type(body).__name__
    try:
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"body must be a JSON value, got {kind}: {error}") from error
    try:
        # A number as a name may be one twice, and a text may have half of a surrogate pair.
        strict_json.parse(text)
    except strict_json.NotJsonError as error:
        raise ValueError(f"body must be a JSON value, got {kind}: {error}") from error
    return text

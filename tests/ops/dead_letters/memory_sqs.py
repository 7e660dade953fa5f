"""A standard queue in memory, on a clock of the test's: messages come in any order, responses are
short or empty for no reason, hidden messages reappear when their visibility timeout ends.

moto needs minutes for what takes this a second: a thousand messages read again and again. The
tests of DeadLetterReader run against both.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.ops.fakes import service_error


@dataclass
class _Message:
    message_id: str
    body: str
    attributes: dict[str, Any]
    sent_ms: int
    visible_at: float = 0.0
    receives: int = 0

    @property
    def handle(self) -> str:
        return f"{self.message_id}/{self.receives}"

    def as_response(self) -> dict[str, Any]:
        return {
            "MessageId": self.message_id,
            "ReceiptHandle": self.handle,
            "Body": self.body,
            "MessageAttributes": self.attributes,
            "Attributes": {
                "SentTimestamp": str(self.sent_ms),
                "ApproximateReceiveCount": str(self.receives),
            },
        }


class MemorySqs:
    """The calls of boto3's SQS client that the commands use, for one queue."""

    def __init__(self, clock: Callable[[], float], seed: int | None = None) -> None:
        self._clock = clock
        self._chance = random.Random(seed) if seed is not None else None  # noqa: S311
        self._messages: dict[str, _Message] = {}
        self._made = 0

    def create_queue(self, **arguments: Any) -> Any:
        return {"QueueUrl": f"memory/{arguments['QueueName']}"}

    def send_message(self, **arguments: Any) -> Any:
        self._made += 1
        message = _Message(
            message_id=f"m-{self._made}",
            body=arguments["MessageBody"],
            attributes=arguments.get("MessageAttributes", {}),
            sent_ms=int(time.time() * 1000),
        )
        self._messages[message.message_id] = message
        return {"MessageId": message.message_id}

    def receive_message(self, **arguments: Any) -> Any:
        count, now = arguments["MaxNumberOfMessages"], self._clock()
        visible = [one for one in self._messages.values() if one.visible_at <= now]
        if self._chance is not None:
            if self._chance.random() < 0.2:
                return {}
            count = min(count, self._chance.randint(1, 10), len(visible))
            visible = self._chance.sample(visible, count)
        for message in visible[:count]:
            message.receives += 1
            message.visible_at = now + arguments["VisibilityTimeout"]
        return {"Messages": [message.as_response() for message in visible[:count]]}

    def change_message_visibility_batch(self, **arguments: Any) -> Any:
        response: dict[str, list[dict[str, str]]] = {"Successful": [], "Failed": []}
        for entry in arguments["Entries"]:
            message = self._of(entry["ReceiptHandle"])
            if message is None or message.visible_at <= self._clock():
                response["Failed"].append({"Id": entry["Id"]})
            else:
                message.visible_at = self._clock() + entry["VisibilityTimeout"]
                response["Successful"].append({"Id": entry["Id"]})
        return response

    def delete_message(self, **arguments: Any) -> Any:
        message = self._of(arguments["ReceiptHandle"])
        if message is None:
            raise service_error("ReceiptHandleIsInvalid", "DeleteMessage")
        del self._messages[message.message_id]
        return {}

    def get_queue_attributes(self, **arguments: Any) -> Any:
        now = self._clock()
        hidden = sum(one.visible_at > now for one in self._messages.values())
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(len(self._messages) - hidden),
                "ApproximateNumberOfMessagesNotVisible": str(hidden),
            }
        }

    def _of(self, handle: str) -> _Message | None:
        message = self._messages.get(handle.partition("/")[0])
        return message if message is not None and message.handle == handle else None

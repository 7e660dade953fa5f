"""Lambda's asynchronous queue, the dead-letter queue and SES, as far as an event sees them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

MAX_ATTEMPTS = 3
MAX_AGE_SECONDS = 21_600
RETRY_SECONDS = (60, 120)


@dataclass(kw_only=True)
class Queued:
    """An event that Lambda has accepted."""

    payload: dict[str, Any]
    since: float
    due_at: float
    attempts: int = 0
    running: bool = False


class AsyncQueue:
    """Lambda's own queue: at least once, in no order, with its retries and an age limit."""

    def __init__(
        self, clock: Callable[[], float], add_dead_letter: Callable[[dict[str, Any]], None]
    ) -> None:
        self.events: list[Queued] = []
        self._clock = clock
        self._add_dead_letter = add_dead_letter

    def invoke(self, *, InvocationType: str, Payload: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803
        assert InvocationType == "Event"
        now = self._clock()
        self.events.append(Queued(payload=json.loads(Payload), since=now, due_at=now))
        return {"StatusCode": 202, "Payload": io.BytesIO()}

    def due(self) -> list[Queued]:
        """Return what Lambda may start now."""
        now = self._clock()
        return [event for event in self.events if event.due_at <= now and not event.running]

    def duplicate(self, event: Queued) -> Queued:
        """Deliver the event once more, for no reason: the queue is eventually consistent."""
        copy = Queued(payload=event.payload, since=event.since, due_at=event.due_at)
        self.events.append(copy)
        return copy

    def ended(self, event: Queued, error: str | None) -> None:
        """Take note of an attempt: gone, tried again later, or dead."""
        if error is None:
            self.events.remove(event)
            return
        event.attempts += 1
        if event.attempts == MAX_ATTEMPTS:
            self._dead_letter(event, "RetriesExhausted", {"errorMessage": error, "errorType": "E"})
            return
        event.due_at = self._clock() + RETRY_SECONDS[event.attempts - 1]

    def expire_old(self) -> None:
        """Give up what has waited, throttled, for as long as Lambda keeps trying."""
        for event in list(self.events):
            if not event.running and self._clock() - event.since > MAX_AGE_SECONDS:
                self._dead_letter(event, "EventAgeExceeded", None)

    def _dead_letter(self, event: Queued, condition: str, response: dict[str, str] | None) -> None:
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        record = {
            "version": "1.0",
            "timestamp": at.replace("+00:00", "Z"),
            "requestContext": {
                "requestId": "r",
                "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:t:$LATEST",
                "condition": condition,
                "approximateInvokeCount": event.attempts,
            },
            "requestPayload": event.payload,
        }
        self._add_dead_letter(
            record if response is None else {**record, "responsePayload": response}
        )
        self.events.remove(event)


@dataclass(kw_only=True)
class DeadLetter:
    """A message of the dead-letter queue."""

    number: int
    body: str
    sent_at: float
    hidden_until: float = 0
    receives: int = 0


@dataclass
class DeadLetterQueue:
    """SQS with one queue. A receipt handle is good until the message is received again."""

    clock: Callable[[], float]
    messages: list[DeadLetter] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    def add(self, record: dict[str, Any]) -> None:
        self.send_message(QueueUrl="q", MessageBody=json.dumps(record))

    def send_message(self, *, QueueUrl: str, MessageBody: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.messages.append(
            DeadLetter(number=next(self._numbers), body=MessageBody, sent_at=self.clock())
        )
        return {"MessageId": "m"}

    def receive_message(self, **arguments: Any) -> dict[str, Any]:
        now = self.clock()
        shown = [each for each in self.messages if each.hidden_until <= now]
        for each in shown[: arguments["MaxNumberOfMessages"]]:
            each.hidden_until = now + arguments["VisibilityTimeout"]
            each.receives += 1
        return {
            "Messages": [
                {
                    "MessageId": str(each.number),
                    "ReceiptHandle": f"{each.number}/{each.receives}",
                    "Body": each.body,
                    "Attributes": {
                        "SentTimestamp": str(int(each.sent_at * 1000)),
                        "ApproximateReceiveCount": str(each.receives),
                    },
                }
                for each in shown[: arguments["MaxNumberOfMessages"]]
            ]
        }

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        hidden = sum(each.hidden_until > self.clock() for each in self.messages)
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(len(self.messages) - hidden),
                "ApproximateNumberOfMessagesNotVisible": str(hidden),
            }
        }

    def delete_message(self, *, ReceiptHandle: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.messages = [
            each for each in self.messages if f"{each.number}/{each.receives}" != ReceiptHandle
        ]
        return {}

    def change_message_visibility_batch(self, **arguments: Any) -> dict[str, Any]:
        handles = {entry["ReceiptHandle"]: entry for entry in arguments["Entries"]}
        for each in self.messages:
            if entry := handles.get(f"{each.number}/{each.receives}"):
                each.hidden_until = self.clock() + entry["VisibilityTimeout"]
        return {"Successful": [{"Id": entry["Id"]} for entry in handles.values()]}


@dataclass
class Provider:
    """SES, and what it has accepted: event id and channel, in order."""

    accepted: Callable[[tuple[str, str]], None]
    sent: list[tuple[str, str]] = field(default_factory=list)

    def send_email(self, **arguments: Any) -> dict[str, Any]:
        text = arguments["Content"]["Simple"]["Body"]["Text"]["Data"]
        [address] = arguments["Destination"]["ToAddresses"]
        message = text.rsplit("event ", 1)[1].strip(), address.removesuffix("@example.com")
        self.sent.append(message)
        self.accepted(message)
        return {"MessageId": f"message {len(self.sent)}"}

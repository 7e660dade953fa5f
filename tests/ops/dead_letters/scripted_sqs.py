"""An SQS that returns what a test has written down, and records what it is asked."""

from __future__ import annotations

from typing import Any

from serverless_ops.dead_letters.reader import DeadLetterReader
from tests.ops.fakes import Clock

URL = "https://sqs/1/dead"


class ScriptedSqs:
    """Returns the messages of each response in turn, and then none."""

    def __init__(self, *responses: list[str], depth: tuple[int, int] = (0, 0)) -> None:
        self.responses = list(responses)
        self.visible, self.hidden = depth
        self.received: list[dict[str, Any]] = []
        self.changed: list[list[tuple[str, int]]] = []
        self.deleted: list[dict[str, Any]] = []
        self.rejected: set[str] = set()
        self.error: Exception | None = None
        self.sent_ms = 0

    def receive_message(self, **arguments: Any) -> Any:
        self.received.append(arguments)
        if self.error is not None:
            raise self.error
        names = self.responses.pop(0) if self.responses else []
        system = {"SentTimestamp": str(self.sent_ms)} if self.sent_ms else {}
        return {
            "Messages": [
                {
                    "MessageId": name,
                    "ReceiptHandle": f"h-{name}",
                    "Body": "{}",
                    "Attributes": system,
                }
                for name in names
            ]
        }

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
        assert QueueUrl == URL
        self.changed.append([(e["ReceiptHandle"], e["VisibilityTimeout"]) for e in Entries])
        failed = [{"Id": e["Id"]} for e in Entries if e["ReceiptHandle"] in self.rejected]
        done = [{"Id": e["Id"]} for e in Entries if e["ReceiptHandle"] not in self.rejected]
        return {"Successful": done, "Failed": failed}

    def delete_message(self, **arguments: Any) -> None:
        self.deleted.append(arguments)
        if self.error is not None:
            raise self.error

    def get_queue_attributes(self, **_: Any) -> Any:
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(self.visible),
                "ApproximateNumberOfMessagesNotVisible": str(self.hidden),
            }
        }


def names(count: int, start: int = 0) -> list[str]:
    return [f"m-{number}" for number in range(start, start + count)]


def opened(sqs: ScriptedSqs, clock: Clock | None = None, **options: Any) -> DeadLetterReader:
    return DeadLetterReader(sqs, URL, clock=clock or Clock(), poll_seconds=7, **options)

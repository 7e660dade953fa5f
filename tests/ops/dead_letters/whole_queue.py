"""A queue with two errors, an unreadable message and others' holds, and who looks at it at noon."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.ops.dead_letters.samples import NOON
from tests.ops.dead_letters.scripted_sqs import ScriptedSqs
from tests.ops.fakes import TARGET, Clock, RecordingLambda, a_record, ended, stack_outputs
from tests.ops.fakes import an_event as event

DEAD = "https://sqs.eu-west-1.amazonaws.com/1/dead"
SENT_MS = int(NOON.timestamp() * 1000) - 3_600_000


class Sqs(ScriptedSqs):
    """A queue with these bodies, of which the third was received twice before."""

    def __init__(self, *bodies: str, depth: tuple[int, int] = (0, 0)) -> None:
        super().__init__(depth=depth)
        self.bodies = list(bodies)

    def receive_message(self, **arguments: Any) -> Any:
        count = arguments["MaxNumberOfMessages"]
        taken, self.bodies = self.bodies[:count], self.bodies[count:]
        return {
            "Messages": [
                {
                    "MessageId": f"m-{number}",
                    "ReceiptHandle": f"h-m-{number}",
                    "Body": body,
                    "Attributes": {
                        "SentTimestamp": str(SENT_MS),
                        "ApproximateReceiveCount": str(number),
                        "MessageGroupId": "g",
                    },
                    "MessageAttributes": {"b": {"DataType": "Binary", "BinaryValue": b"\xff"}},
                }
                for number, body in enumerate(taken, 1)
            ]
        }

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
        return {"Successful": [{"Id": each["Id"]} for each in Entries]}

    def delete_message(self, **arguments: Any) -> None:
        self.deleted.append(arguments)


FULL = json.dumps(a_record(event("e-1")))
OTHER = json.dumps(
    a_record(event("e-2", type="task.deleted.v1"), timestamp="2026-03-01T11:58:00.000Z")
)
BODIES = (FULL, "by hand", OTHER)
NO_JSON = "the message is not JSON: Expecting value: line 1 column 1 (char 0)"


class Typing:
    """Types `dead-letters` commands at noon."""

    def __init__(self, sqs: Sqs) -> None:
        self.sqs = sqs
        self.functions = RecordingLambda()
        self.clock = Clock()
        self.url = DEAD
        self.queues: tuple[str, ...] = ("events",)
        self.environment: dict[str, str] = {}
        self.others: list[Sqs] = []
        """Of the queues before the last."""

    def __call__(self, *words: str, replies: str | None = None) -> Result:
        entry = {"kind": "invocation", "queueUrl": self.url, "targetArn": TARGET}
        outputs = stack_outputs(deadLetters=dict.fromkeys(self.queues, entry))
        context = Context(
            client=self._client,
            run=lambda _: ended(0, outputs),
            now=lambda: NOON,
            clock=self.clock,
            sleep=self.clock.sleep,
            poll_seconds=0,
        )
        typed = ["dead-letters", words[0], "--stack", "dev", *words[1:]]
        runner = CliRunner(env=self.environment)
        return runner.invoke(commands, typed, obj=context, input=replies)

    def _client(self, service: str, _: Any) -> Any:
        if service == "lambda":
            return self.functions
        return self.others.pop(0) if self.others else self.sqs


EXPORTED = {
    "message_id": "m-1",
    "event_id": "e-1",
    "type": "task.created.v1",
    "subject": "t-1",
    "readable": True,
    "error": "MailboxFullError: mailbox is full",
    "error_code": None,
    "condition": "RetriesExhausted",
    "attempts": 3,
    "replays": 0,
    "function": f"{TARGET}:$LATEST",
    "request_id": "r-1",
    "source": None,
    "target": None,
    "failed_at": "2026-03-01T09:30:00.000Z",
    "sent_at": "2026-03-01T11:00:00.000Z",
    "receives": 1,
    "payload": json.dumps(event("e-1")),
    "body": FULL,
    "message_attributes": {"b": {"DataType": "Binary", "BinaryValue": "/w=="}},
    "message_group": "g",
    "parked_sequence": None,
}

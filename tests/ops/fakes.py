"""A dead-letter queue, a recording target, and a simulated clock."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context

REGION = "us-east-1"
TARGET = "arn:aws:lambda:us-east-1:123456789012:function:notify"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"


def stack_outputs(**sections: Any) -> str:
    """A stack's outputs as JSON, with these sections of `operations`."""
    return json.dumps({"apiUrl": "https://x", "operations": {"alarmTopicArn": TOPIC, **sections}})


def an_event(event_id: str = "e-1", **attributes: Any) -> dict[str, Any]:
    """A CloudEvents object."""
    known = {"specversion": "1.0", "source": "/tasks", "type": "task.created.v1", "subject": "t-1"}
    return {**known, "id": event_id, "replays": 0, **attributes}


def a_record(event: Any, **changes: Any) -> dict[str, Any]:
    """What Lambda writes to an on-failure destination."""
    context = {
        "requestId": "r-1",
        "functionArn": f"{TARGET}:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    response = {"errorMessage": "mailbox is full", "errorType": "MailboxFullError"}
    return {
        "timestamp": "2026-03-01T09:30:00.000Z",
        "requestContext": context,
        "requestPayload": event,
        "responsePayload": response,
        **changes,
    }


def service_error(code: str, operation: str = "Invoke", status: int = 400) -> ClientError:
    """An error response of AWS."""
    response: Any = {
        "Error": {"Code": code, "Message": f"about {code}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, operation)


@functools.cache
def aws_client(service: str) -> Any:
    """A client of moto's AWS, which reads no signature; making one takes longer than most tests."""
    return boto3.client(service, region_name=REGION, config=Config(signature_version=UNSIGNED))


class Queue:
    """A dead-letter queue with helpers for tests."""

    def __init__(self, sqs: Any) -> None:
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
        self.last_id = ""

    def add_failed(self, event: Any, **changes: Any) -> str:
        return self.add(json.dumps(a_record(event, **changes)))

    def add(self, body: str, **attributes: str) -> str:
        texts = {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        }
        sent = self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageAttributes=texts)
        self.last_id = str(sent["MessageId"])
        return self.last_id

    def visible(self) -> int:
        return self._count("ApproximateNumberOfMessages")

    def hidden(self) -> int:
        return self._count("ApproximateNumberOfMessagesNotVisible")

    def _count(self, name: str) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return int(attributes["Attributes"][name])


class Overriding:
    """A client with some operations replaced by a test's own."""

    def __init__(self, client: Any, **operations: Callable[..., Any]) -> None:
        self._client = client
        self._operations = operations

    def __getattr__(self, name: str) -> Any:
        return self._operations.get(name) or getattr(self._client, name)


class RecordingLambda:
    """Stands in for the Lambda client: records the events and responds as the test wants."""

    def __init__(self, respond: Callable[[Any], int] = lambda event: 202) -> None:
        self.events: list[Any] = []
        self.payloads: list[bytes] = []
        self.payloads_read = 0
        self._respond = respond

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> Any:  # noqa: N803
        assert (FunctionName, InvocationType) == (TARGET, "Event")
        event = json.loads(Payload)
        status = self._respond(event)
        self.events.append(event)
        self.payloads.append(Payload)
        return {"StatusCode": status, "Payload": _RecordedPayload(self)}


class _RecordedPayload(io.BytesIO):
    def __init__(self, owner: RecordingLambda) -> None:
        super().__init__()
        self._owner = owner

    def read(self, *args: Any) -> bytes:
        self._owner.payloads_read += 1
        return super().read(*args)


class Clock:
    """Time that passes only during sleep."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def ended(status: int, output: str, errors: str = "") -> CompletedProcess[str]:
    """What a run of the Pulumi CLI returned."""
    return CompletedProcess([], status, output, errors)


def no_pulumi(words: Any) -> CompletedProcess[str]:
    """A machine without the Pulumi CLI."""
    raise FileNotFoundError(words[0])


class Operator:
    """Types commands; all of their dependencies are fakes."""

    def __init__(
        self, queue: Queue, functions: Any = None, sqs: Any = None, clock: Clock | None = None
    ) -> None:
        self.queue = queue
        self.functions = RecordingLambda() if functions is None else functions
        self.sqs = queue.sqs if sqs is None else sqs
        self.clock = clock or Clock()
        self.local_folder = Path("/nonexistent")
        self.run: Any = no_pulumi
        self.is_interactive = False
        self.connections: list[Any] = []

    def types(self, *words: str, replies: str | None = None) -> Result:
        """Run `dead-letters WORDS` on the queue and target."""
        location = ["--queue-url", self.queue.url]
        if words[0] == "replay":
            location += ["--function", TARGET]
        return self.types_exactly(*words, *location, replies=replies)

    def types_exactly(self, *words: str, replies: str | None = None) -> Result:
        """The same without options for the queue."""
        context = Context(
            client=self._client,
            run=self.run,
            local_folder=self.local_folder,
            now=lambda: datetime.now(UTC),
            clock=self.clock,
            sleep=self.clock.sleep,
            poll_seconds=0,
            is_interactive=lambda: self.is_interactive,
        )
        return CliRunner().invoke(commands, ["dead-letters", *words], obj=context, input=replies)

    def _client(self, service: str, connection: Any) -> Any:
        self.connections.append(connection)
        return {"sqs": self.sqs, "lambda": self.functions}[service]

"""Reading and replaying dead letters, against moto's SQS."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops.dead_letters import (
    ReplayReport,
    ReplayStoppedError,
    read_dead_letters,
    replay_dead_letters,
)

TARGET = "arn:aws:lambda:us-east-1:123456789012:function:notify"


class Queue:
    """A dead-letter queue and the little a test asks of it."""

    def __init__(self, sqs: Any) -> None:
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]

    def add_failed(self, event: dict[str, Any]) -> None:
        context = {"condition": "RetriesExhausted", "approximateInvokeCount": 3}
        answer = {"errorMessage": "mailbox is full", "errorType": "MailboxFullError"}
        record = {
            "requestContext": context,
            "requestPayload": event,
            "responsePayload": answer,
        }
        self.add(json.dumps(record))

    def add(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def visible(self) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


class RecordingLambda:
    """Stands in for the Lambda client: notes what is handed over and answers as told."""

    def __init__(self, answer: Callable[[dict[str, Any]], int] = lambda event: 202) -> None:
        self.events: list[dict[str, Any]] = []
        self.payloads_read = 0
        self._answer = answer

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> Any:  # noqa: N803
        assert (FunctionName, InvocationType) == (TARGET, "Event")
        event = json.loads(Payload)
        status = self._answer(event)
        self.events.append(event)
        return {"StatusCode": status, "Payload": _NotedRead(self)}


class _NotedRead(io.BytesIO):
    def __init__(self, owner: RecordingLambda) -> None:
        super().__init__()
        self._owner = owner

    def read(self, *args: Any) -> bytes:
        self._owner.payloads_read += 1
        return super().read(*args)


@pytest.fixture
def queue() -> Iterator[Queue]:
    with mock_aws():
        yield Queue(
            boto3.client(
                "sqs",
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106 -- moto checks none
            )
        )


def _replay(queue: Queue, functions: RecordingLambda, *, limit: int = 100) -> ReplayReport:
    return replay_dead_letters(queue.sqs, functions, queue.url, TARGET, limit=limit, poll_seconds=0)


def test_reading_leaves_every_dead_letter_visible(queue: Queue) -> None:
    for number in range(12):
        queue.add_failed({"id": f"e-{number}"})

    letters = read_dead_letters(queue.sqs, queue.url, poll_seconds=0, limit=100)

    assert len(letters) == 12
    assert queue.visible() == 12


def test_reading_stops_at_its_limit(queue: Queue) -> None:
    for number in range(5):
        queue.add_failed({"id": f"e-{number}"})

    assert len(read_dead_letters(queue.sqs, queue.url, poll_seconds=0, limit=3)) == 3
    assert queue.visible() == 5


def test_an_unreadable_message_says_why(queue: Queue) -> None:
    queue.add("not json")

    (letter,) = read_dead_letters(queue.sqs, queue.url, poll_seconds=0, limit=10)

    assert letter.record is None
    assert "not JSON" in (letter.problem or "")


def test_replay_hands_over_the_same_event_with_one_more_replay(queue: Queue) -> None:
    queue.add_failed({"id": "e-1", "replays": 1, "data": {"title": "ü"}})
    functions = RecordingLambda()

    report = _replay(queue, functions)

    assert functions.events == [{"id": "e-1", "replays": 2, "data": {"title": "ü"}}]
    assert functions.payloads_read == 1
    assert len(report.replayed) == 1
    assert queue.visible() == 0


def test_an_unreadable_message_is_never_deleted(queue: Queue) -> None:
    queue.add("not json")
    queue.add_failed({"id": "e-1"})

    report = _replay(queue, RecordingLambda())

    assert (len(report.unreadable), len(report.replayed)) == (1, 1)
    assert queue.visible() == 1


def test_an_event_not_accepted_stays_in_the_queue(queue: Queue) -> None:
    queue.add_failed({"id": "e-1"})

    with pytest.raises(ReplayStoppedError, match=r"after 0 dead letters.*status 500"):
        _replay(queue, RecordingLambda(lambda event: 500))

    assert queue.visible() == 1


def test_a_refused_invoke_stops_the_replay_and_says_why(queue: Queue) -> None:
    def refuse(event: dict[str, Any]) -> int:
        error = {"Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded"}}
        raise ClientError(error, "Invoke")

    queue.add_failed({"id": "e-1"})
    queue.add_failed({"id": "e-2"})

    with pytest.raises(ReplayStoppedError, match="Rate exceeded"):
        _replay(queue, RecordingLambda(refuse))

    assert queue.visible() == 2


def test_what_fails_again_during_the_replay_is_not_picked_up_again(queue: Queue) -> None:
    def fail_again(event: dict[str, Any]) -> int:
        queue.add_failed(event)
        return 202

    queue.add_failed({"id": "e-1"})
    functions = RecordingLambda(fail_again)

    report = _replay(queue, functions)

    assert len(functions.events) == 1
    assert len(report.failed_again) == 1
    assert queue.visible() == 1


def test_an_event_replayed_too_often_stays_in_the_queue(queue: Queue) -> None:
    queue.add_failed({"id": "e-1", "replays": 3})
    functions = RecordingLambda()

    report = _replay(queue, functions)

    assert functions.events == []
    assert len(report.exhausted) == 1
    assert queue.visible() == 1


def test_replay_hands_over_no_more_than_its_limit(queue: Queue) -> None:
    for number in range(5):
        queue.add_failed({"id": f"e-{number}"})
    functions = RecordingLambda()

    _replay(queue, functions, limit=2)

    assert len(functions.events) == 2
    assert queue.visible() == 3

"""Messages that SQS has moved after their last receive go back to their queue as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ops.fakes import Operator, Overriding, Queue, ended, service_error, stack_outputs


class Source:
    """A queue whose messages end in a dead-letter queue after one receive."""

    def __init__(self, sqs: Any, suffix: str = "") -> None:
        self.sqs = sqs
        fifo = {"FifoQueue": "true"} if suffix else {}
        self.dead_letter_url = _create(sqs, f"moved{suffix}", fifo)
        redrive = {"deadLetterTargetArn": _arn(sqs, self.dead_letter_url), "maxReceiveCount": 1}
        policy = {"RedrivePolicy": json.dumps(redrive)}
        self.url = _create(sqs, f"orders{suffix}", {**fifo, **policy})

    def fail(self, body: str, **arguments: Any) -> None:
        """Send a message that fails."""
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **arguments)
        self.receive(visibility_seconds=0)
        assert self.receive() == []

    def receive(self, visibility_seconds: int = 0) -> list[Any]:
        received = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=visibility_seconds,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(received.get("Messages", []))


def _create(sqs: Any, name: str, attributes: dict[str, str]) -> str:
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def _arn(sqs: Any, url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


@pytest.fixture
def source(queue: Queue) -> Source:
    return Source(queue.sqs)


@pytest.fixture
def known(operator: Operator, source: Source) -> Operator:
    _deploy(operator, source)
    return operator


def _deploy(operator: Operator, source: Source, **more: str) -> None:
    entry = {"kind": "message", "queueUrl": source.dead_letter_url, **more}
    outputs = stack_outputs(deadLetters={"orders": entry})
    operator.run = lambda _: ended(0, outputs)


BODIES = [
    "",
    "no JSON",
    "{{name}}, {'a': [1}",
    '{"a": 1}\n{"b": 2}',
    '{"amount": 12345678901234567.89, "rate":0.1234567890123456789,\n "total":19.90}',
    "[" * 1_200 + "1.10" + "]" * 1_200,
    "\u2028 \U0001f600 \\ud800",
    "x" * 262_144,
]


@pytest.mark.parametrize("body", BODIES[1:], ids=lambda body: body[:10])
def test_a_body_goes_back_character_by_character(
    known: Operator, source: Source, body: str
) -> None:
    source.fail(body)

    result = known.types_exactly("replay", "--apply", "--stack", "dev")

    assert result.exit_code == 0, result.output
    (message,) = source.receive()
    assert message["Body"] == body


def test_attributes_go_back_binary_ones_too(known: Operator, source: Source) -> None:
    attributes = {
        "tenant": {"DataType": "String", "StringValue": "a"},
        "price": {"DataType": "Number.eur", "StringValue": "19.90"},
        "blob": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
    }
    source.fail("hello", MessageAttributes=attributes)

    known.types_exactly("replay", "--apply", "--stack", "dev")

    (message,) = source.receive()
    assert message["MessageAttributes"] == attributes


def test_when_a_message_failed_is_not_guessed(known: Operator, source: Source) -> None:
    source.fail("no JSON")

    listed = known.types_exactly("list", "--stack", "dev", "--json")
    (found,) = json.loads(listed.stdout)["dead_letters"]

    assert found["failed_at"] is None
    assert found["sent_at"]


def test_what_sqs_has_not_moved_is_no_failure_of_the_consumer(
    known: Operator, source: Source
) -> None:
    source.sqs.send_message(QueueUrl=source.dead_letter_url, MessageBody="from a topic")

    listed = known.types_exactly("list", "--stack", "dev").stdout

    assert "a topic could not deliver it to the queue, or somebody sent it here" in listed
    assert "consumer" not in listed


def test_list_tells_the_queue_they_came_from_and_show_prints_the_body(
    known: Operator, source: Source
) -> None:
    source.fail("no JSON at all")

    listed = known.types_exactly("list", "--stack", "dev", "--json")
    (found,) = json.loads(listed.stdout)["dead_letters"]
    shown = known.types_exactly("show", found["message_id"], "--stack", "dev")

    assert found["readable"]
    assert shown.stdout.endswith("no JSON at all\n")


def test_an_export_holds_what_is_needed_to_send_it_again(known: Operator, source: Source) -> None:
    source.fail('{"n": 1.10}', MessageAttributes={"a": {"DataType": "String", "StringValue": "1"}})

    exported = known.types_exactly("export", "--stack", "dev")

    (line,) = map(json.loads, exported.stdout.splitlines())
    assert line["payload"] == '{"n": 1.10}'
    assert line["message_attributes"]["a"]["StringValue"] == "1"
    assert "1 dead letter exported" in exported.stderr


def test_a_message_that_the_queue_rejects_stays_and_the_others_go_back(
    known: Operator, source: Source
) -> None:
    for body in ("too long", "fine"):
        source.fail(body)
    send = source.sqs.send_message

    def rejecting(**arguments: Any) -> Any:
        if arguments["MessageBody"] == "too long":
            raise service_error("InvalidParameterValue", "SendMessage")
        return send(**arguments)

    known.sqs = Overriding(source.sqs, send_message=rejecting)
    result = known.types_exactly("replay", "--apply", "--stack", "dev", "--json")

    summary = json.loads(result.stdout)
    assert (summary["replayed"], summary["failed"], result.exit_code) == (1, 1, 1)
    assert [message["Body"] for message in source.receive()] == ["fine"]


def test_a_queue_by_its_url_needs_no_stack(operator: Operator, source: Source) -> None:
    source.fail("hello")

    result = operator.types_exactly(
        *("replay", "--apply", "--queue-url", source.dead_letter_url),
        *("--source-queue", source.url),
    )

    assert result.exit_code == 0, result.output
    assert [message["Body"] for message in source.receive()] == ["hello"]


def test_a_kind_that_this_version_does_not_know_is_shown_and_left_alone(
    operator: Operator, source: Source
) -> None:
    source.fail("hello")
    entry = {"kind": "batch", "queueUrl": source.dead_letter_url}
    outputs = stack_outputs(deadLetters={"orders": entry})
    operator.run = lambda _: ended(0, outputs)

    listed = operator.types_exactly("list", "--stack", "dev")
    replayed = operator.types_exactly("replay", "--apply", "--stack", "dev")

    assert "kind 'batch' cannot be read by this version, which knows delivery" in listed.stdout
    assert replayed.exit_code == 1
    assert source.receive() == []


def test_a_group_keeps_its_order_though_sqs_returns_only_its_beginning(
    operator: Operator, queue: Queue
) -> None:
    source = Source(queue.sqs, ".fifo")
    _deploy(operator, source, sourceQueueUrl=source.url)
    sent = [(f"group-{number % 3}", f"{number}") for number in range(24)]
    for group, body in sent:
        queue.sqs.send_message(
            QueueUrl=source.dead_letter_url,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=body,
        )

    result = operator.types_exactly("replay", "--apply", "--stack", "dev", "--rate", "1000")

    assert result.exit_code == 0, result.output
    back: list[tuple[str, str]] = []
    while messages := source.receive(visibility_seconds=60):
        for each in messages:
            back.append((each["Attributes"]["MessageGroupId"], each["Body"]))
            queue.sqs.delete_message(QueueUrl=source.url, ReceiptHandle=each["ReceiptHandle"])
    assert sorted(back) == sorted(sent)
    for group in {group for group, _ in sent}:
        expected = [body for each, body in sent if each == group]
        assert [body for each, body in back if each == group] == expected


def test_nothing_of_a_group_overtakes_what_stays_behind(operator: Operator, queue: Queue) -> None:
    source = Source(queue.sqs, ".fifo")
    _deploy(operator, source, sourceQueueUrl=source.url)
    for body in ("a", "b", "c"):
        queue.sqs.send_message(
            QueueUrl=source.dead_letter_url,
            MessageBody=body,
            MessageGroupId="g",
            MessageDeduplicationId=body,
        )
    send = queue.sqs.send_message

    def rejecting(**arguments: Any) -> Any:
        if arguments["MessageBody"] == "b":
            raise service_error("InvalidMessageContents", "SendMessage")
        return send(**arguments)

    operator.sqs = Overriding(queue.sqs, send_message=rejecting)
    result = operator.types_exactly("replay", "--apply", "--stack", "dev")

    assert result.exit_code == 1
    assert [message["Body"] for message in source.receive(60)] == ["a"]

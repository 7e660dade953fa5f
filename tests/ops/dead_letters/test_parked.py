"""What a FIFO queue's consumer has parked: its group waits for each of these messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from serverless_ops.dead_letters import parking
from serverless_ops.dead_letters.parking import parked_sequence
from serverless_runtime.fifo_consumer.parking_lot import SEQUENCE_ATTRIBUTE
from tests.ops.fakes import Operator, Queue, aws_client


class FifoQueue(Queue):
    """The dead-letter queue of a FIFO queue."""

    def __init__(self, sqs: Any) -> None:
        super().__init__(sqs)
        fifo = {"FifoQueue": "true"}
        self.url = sqs.create_queue(QueueName="dead.fifo", Attributes=fifo)["QueueUrl"]

    def send(self, body: str, group: str, **attributes: str) -> str:
        """Send a message, and return its id."""
        sent = self.sqs.send_message(
            QueueUrl=self.url,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )
        return str(sent["MessageId"])

    def park(self, group: str, number: int) -> str:
        return self.send(f"{group} {number}", group, **{SEQUENCE_ATTRIBUTE: str(number)})


@pytest.fixture
def queue() -> Iterator[FifoQueue]:
    with mock_aws():
        yield FifoQueue(aws_client("sqs"))


@pytest.fixture
def save(tmp_path: Path) -> Path:
    return tmp_path / "saved.jsonl"


def _words(text: str) -> str:
    return " ".join(text.split())


def _purges(operator: Operator, save: Path, *words: str) -> Any:
    result = operator.types(
        "purge", "--apply", "--yes", "--kind", "message", "--json", "--save", str(save), *words
    )
    return json.loads(result.stdout)


def test_a_purge_deletes_the_others_only(queue: FifoQueue, operator: Operator, save: Path) -> None:
    for number in (1, 2):
        queue.park("7", number)
    queue.send("sent by hand", "8")

    purged = _purges(operator, save)

    assert (purged["purged"], purged["refused"]) == (1, 2)
    assert [json.loads(line)["body"] for line in save.read_text().splitlines()] == ["sent by hand"]
    assert (queue.visible(), queue.hidden()) == (2, 0)


@pytest.mark.parametrize("words", [(), ("--unreadable",), ("--kind", "invocation")])
def test_no_kind_of_purge_deletes_what_is_parked(
    queue: FifoQueue, operator: Operator, save: Path, words: tuple[str, ...]
) -> None:
    queue.park("7", 1)

    operator.types("purge", "--apply", "--yes", "--save", str(save), *words)

    assert queue.visible() == 1
    assert not save.exists()


@pytest.mark.parametrize("apply", [(), ("--apply", "--yes")])
def test_a_purge_names_how_many_of_which_groups_are_parked_and_what_to_do(
    queue: FifoQueue, operator: Operator, save: Path, apply: tuple[str, ...]
) -> None:
    for group, number in (("7", 1), ("7", 2), ("8", 3)):
        queue.park(group, number)

    result = operator.types("purge", "--kind", "message", "--save", str(save), *apply)
    said = _words(result.stdout)

    assert result.exit_code == 1
    assert "refused 2 still in the queue: parked, and its message group 7" in said
    assert "refused 1 still in the queue: parked, and its message group 8" in said
    assert "replay it after the repair" in said
    assert "remove its parked sequence (show prints it) from the group's row" in said


def test_what_a_consumer_of_a_standard_queue_calls_so_is_not_parked(
    operator: Operator, queue: FifoQueue, save: Path
) -> None:
    standard = Queue(queue.sqs)
    standard.add("hello", **{SEQUENCE_ATTRIBUTE: "1"})
    operator.queue = standard

    assert _purges(operator, save)["purged"] == 1


@pytest.mark.parametrize("kind", [("--kind", "message"), ()])
def test_a_list_says_who_parked_what_and_its_groups(
    queue: FifoQueue, operator: Operator, kind: tuple[str, ...]
) -> None:
    for group, number in (("7", 1), ("7", 2), ("8", 3)):
        queue.park(group, number)

    said = _words(operator.types("list", *kind).stdout)
    each = _words(operator.types("list", "--each", *kind).stdout)

    assert "3x parked by its consumer" in said
    assert "message groups 7 2, 8 1" in said
    assert "somebody sent it here" not in said + each
    assert "message group 8" in each


def test_show_prints_the_group_and_the_sequence_that_its_row_contains(
    queue: FifoQueue, operator: Operator
) -> None:
    message_id = queue.park("account-7", 18_849_496_460_467_696_128)

    said = operator.types("show", message_id, "--kind", "message").stdout

    assert "message group    account-7\n" in said
    assert "parked sequence  18849496460467696128\n" in said
    assert "message id       " in said
    assert "error            parked by its consumer" in said


def test_its_group_waits_for_it_too_if_sqs_has_moved_it_during_a_replay() -> None:
    moved = {"MessageGroupId": "7", "DeadLetterQueueSourceArn": "arn:aws:sqs:eu-west-1:1:a.fifo"}
    attributes = {SEQUENCE_ATTRIBUTE: {"DataType": "String", "StringValue": "1"}}

    assert parked_sequence({"Attributes": moved, "MessageAttributes": attributes}) == "1"


def test_the_attribute_is_named_as_the_consumer_names_it() -> None:
    assert parking.SEQUENCE_ATTRIBUTE == SEQUENCE_ATTRIBUTE

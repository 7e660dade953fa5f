"""The handler with DynamoDB and SQS in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from pulumi_serverless.testing import queue_event
from serverless_runtime.fifo_consumer import each_in_order, in_order
from serverless_runtime.fifo_consumer.group_order import GroupOrder
from serverless_runtime.fifo_consumer.parked_groups import ParkedGroups
from serverless_runtime.fifo_consumer.parking_lot import SEQUENCE_ATTRIBUTE, ParkingLot
from serverless_runtime.fifo_consumer.settings import fifo_environment, read_fifo_settings
from serverless_runtime.queue_consumer import Message
from serverless_runtime.queue_consumer.receiving_queue import ReceivingQueue
from serverless_runtime.queue_sender.sender import MAX_MESSAGE_BYTES
from serverless_runtime.shared import aws
from serverless_runtime.shared.environment import MissingSettingsError

ARN = "arn:aws:sqs:eu-west-1:123456789012:bookings.fifo"
SQS_BYTES = 262_144


@pytest.fixture
def lot() -> Iterator[str]:
    """URL of the queue of parked messages; the table is there, too."""
    with mock_aws():
        aws.boto3_client("dynamodb").create_table(
            TableName="parked",
            KeySchema=[{"AttributeName": "message_group", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "message_group", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        queue = aws.boto3_client("sqs").create_queue(
            QueueName="dead.fifo", Attributes={"FifoQueue": "true"}
        )
        yield str(queue["QueueUrl"])


def refuse(message: Message) -> None:
    raise ValueError("the account is closed")


def test_what_failed_is_parked_as_it_came_and_those_behind_it_too(lot: str) -> None:
    counted: list[str] = []
    order = GroupOrder(
        ParkedGroups("parked", aws.boto3_client("dynamodb")),
        ParkingLot(lot, aws.boto3_client("sqs")),
        max_attempts=1,
        sequence_attribute=SEQUENCE_ATTRIBUTE,
        on_parked=lambda message: counted.append(message.body),
    )
    event = queue_event("1", "2", queue_arn=ARN, group="7", attributes={"type": "booking"})
    event["Records"][0]["messageAttributes"]["raw"] = {
        "dataType": "Binary",
        "binaryValue": base64.b64encode(b"\x00\xff").decode(),
    }

    response = each_in_order(refuse, order=lambda: order)(event, None)

    assert response == {"batchItemFailures": []}
    first, second = _received(lot)
    assert [first["Body"], second["Body"]] == ["1", "2"]
    assert first["MessageAttributes"]["type"]["StringValue"] == "booking"
    assert first["MessageAttributes"]["raw"]["BinaryValue"] == b"\x00\xff"
    assert first["MessageAttributes"][SEQUENCE_ATTRIBUTE]["StringValue"] == f"{0:020}"
    assert first["Attributes"]["MessageGroupId"] == "7"
    groups = ParkedGroups("parked", aws.boto3_client("dynamodb"))
    assert groups.waiting("7") == {f"{0:020}", f"{1:020}"}
    groups.remove("7", f"{0:020}")
    groups.remove("7", f"{1:020}")
    assert groups.waiting("7") == groups.waiting("never parked") == frozenset()
    assert counted == ["1", "2"]


def _received(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.boto3_client("sqs").receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )["Messages"]
    return found


def test_a_worker_that_passes_its_attributes_on_does_not_pass_on_that_it_was_parked(
    lot: str,
) -> None:
    """The next queue would take the message for a replayed one, done before, and skip it."""
    seen: list[Message] = []
    order = GroupOrder(
        ParkedGroups("parked", aws.boto3_client("dynamodb")),
        ParkingLot(lot, aws.boto3_client("sqs")),
        max_attempts=1,
        sequence_attribute=SEQUENCE_ATTRIBUTE,
        on_parked=lambda message: None,
    )
    ParkedGroups("parked", aws.boto3_client("dynamodb")).add("7", "5")
    parked = {"type": "booking", SEQUENCE_ATTRIBUTE: "5"}
    event = queue_event("1", queue_arn=ARN, group="7", attributes=parked)

    each_in_order(seen.append, order=lambda: order)(event, None)
    each_in_order(seen.append, order=lambda: None)(event, None)

    assert [message.attributes for message in seen] == 2 * [{"type": "booking"}]
    assert [list(message.raw_attributes) for message in seen] == 2 * [["type"]]


def test_a_message_that_is_parked_again_after_a_replay_is_kept_and_a_repeated_step_is_not(
    lot: str,
) -> None:
    """SQS accepts a message whose deduplication id it knows, and drops it."""
    first, replayed = (
        Message.from_record(record)
        for record in queue_event("1", "1", queue_arn=ARN, group="7")["Records"]
    )
    parking_lot = ParkingLot(lot, aws.boto3_client("sqs"))

    for message in (first, first, replayed):
        parking_lot.send(message, str(first.sequence_number))

    assert len(_received(lot)) == 2


def test_a_group_that_has_just_been_parked_is_known_at_once() -> None:
    class Replicas:
        """The row is known to the first replica, and not yet to the others."""

        def get_item(self, **request: Any) -> dict[str, Any]:
            row = {"waiting": {"SS": ["5"]}}
            return {"Item": row} if request.get("ConsistentRead") else {}

    assert ParkedGroups("parked", Replicas()).waiting("7") == {"5"}


def test_the_largest_message_that_is_sent_can_still_be_parked(lot: str) -> None:
    largest = "x" * (MAX_MESSAGE_BYTES - len("typeStringbooking"))
    message = Message.from_record(
        queue_event(largest, queue_arn=ARN, group="7", attributes={"type": "booking"})["Records"][0]
    )

    ParkingLot(lot, aws.boto3_client("sqs")).send(message, f"{0:020}")

    [parked] = _received(lot)
    size = sum(
        len(name) + len("String") + len(value["StringValue"])
        for name, value in parked["MessageAttributes"].items()
    )
    assert len(parked["Body"]) + size <= SQS_BYTES


def test_without_parking_a_failure_is_reported_to_sqs() -> None:
    event = queue_event(json.dumps({"n": 1}), queue_arn=ARN, group="7")

    response = each_in_order(refuse, order=lambda: None)(event, None)

    assert response == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_the_environment_says_whether_groups_are_parked() -> None:
    environment = fifo_environment(max_attempts="3", table_name="t", dead_letter_queue_url="u")

    settings = read_fifo_settings(environment)
    assert settings is not None
    assert (settings.max_attempts, settings.table_name) == ("3", "t")
    assert read_fifo_settings({"HOME": "/"}) is None
    del environment["FIFO_TABLE_NAME"]
    with pytest.raises(MissingSettingsError, match="FIFO_TABLE_NAME"):
        read_fifo_settings(environment)


@pytest.fixture
def parking(lot: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A function whose environment says that groups are parked after two attempts."""
    settings = {"max_attempts": "2", "table_name": "parked", "dead_letter_queue_url": lot}
    for name, value in fifo_environment(**settings).items():
        monkeypatch.setenv(name, value)
    in_order._order_of_the_environment.cache_clear()
    yield lot
    in_order._order_of_the_environment.cache_clear()


def test_each_parked_message_is_counted_and_logged_with_its_reason(
    parking: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    handle = each_in_order(refuse)
    first = handle(queue_event("1", queue_arn=ARN, group="7", receives=1), None)
    assert first == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    capsys.readouterr()

    event = queue_event("1", "2", queue_arn=ARN, group="7", receives=2)
    assert handle(event, None) == {"batchItemFailures": []}

    assert [each["Body"] for each in _received(parking)] == ["1", "2"]
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    parked = [line for line in lines if "Parked" in line]
    for line in parked:
        [directive] = line.pop("_aws")["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == (
            "FifoConsumer",
            [["QueueName"]],
        )
    assert parked == [{"QueueName": "bookings.fifo", "Parked": 1}] * 2
    found = [vars(each) for each in caplog.records if each.getMessage() == "parked"]
    assert [(each["sequence"], each["reason"], each["message_group"]) for each in found] == [
        (f"{0:020}", "it failed its last attempt", "7"),
        (f"{1:020}", "its group is parked", "7"),
    ]


def test_work_that_exits_in_its_last_attempt_is_parked(parking: str) -> None:
    def work(_: Message) -> None:
        raise SystemExit(1)

    event = queue_event("1", queue_arn=ARN, group="7", receives=2)

    assert each_in_order(work)(event, None) == {"batchItemFailures": []}
    assert [each["Body"] for each in _received(parking)] == ["1"]


@pytest.mark.parametrize(("receives", "is_tried"), [(2, True), (3, False)])
def test_after_its_attempts_a_message_is_parked_untried(
    parking: str, receives: int, *, is_tried: bool, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []
    handle = each_in_order(lambda message: seen.append(message.body))

    handle(queue_event("1", queue_arn=ARN, group="7", receives=receives), None)

    assert bool(seen) is is_tried
    reasons = [vars(each)["reason"] for each in caplog.records if each.getMessage() == "parked"]
    assert reasons == ([] if is_tried else ["no attempt has ended"])


@pytest.mark.parametrize(("receives", "seconds"), [(1, 1), (2, 10), (3, 60), (4, 60)])
def test_a_group_waits_for_a_message_that_failed(
    receives: int, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden: list[int] = []
    monkeypatch.setattr(ReceivingQueue, "max_receives", 9)
    monkeypatch.setattr(ReceivingQueue, "hide", lambda _, message, delay: hidden.append(delay))

    handle = each_in_order(refuse, order=lambda: None)
    handle(queue_event("1", queue_arn=ARN, group="7", receives=receives), None)

    assert hidden == [seconds]

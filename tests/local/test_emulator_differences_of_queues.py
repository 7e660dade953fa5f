"""What is patched in SQS and SNS: that it works, and that the emulator alone still differs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.deployed import running_instance
from local.emulator.patches.sqs_event_sources import is_readable
from local.emulator.start import Emulator
from local.wait import wait_until
from tests.local.queues_and_topics import (
    Queue,
    a_consumer,
    a_queue,
    a_topic,
    depth,
    lines_of,
    open_for,
    subscribe,
)

_NAMES_NO_MESSAGE = """
def handle(event, context):
    print("ran")
    return {"batchItemFailures": [{"itemIdentifier": "somebody else's"}]}
"""
_TAKES_A_SECOND = """
import time

def handle(event, context):
    began = time.time()
    time.sleep(1)
    print("from", began, "to", time.time())
"""


@pytest.fixture(scope="module")
def unpatched() -> Iterator[Emulator]:
    """The emulator as it is, as far as queues and topics go."""
    with running_instance(
        "test-unpatched", retry_base_seconds=0.1, without_patches=("sns", "sqs_event_sources")
    ) as started:
        yield started


def _queue_with_dead_letters(emulator: Emulator) -> tuple[Queue, Queue]:
    dead_letters = a_queue(emulator)
    redrive = {"deadLetterTargetArn": dead_letters[1], "maxReceiveCount": "1"}
    queue = a_queue(emulator, RedrivePolicy=json.dumps(redrive), VisibilityTimeout="1")
    return queue, dead_letters


def _consume_naming_no_message(emulator: Emulator) -> tuple[Queue, Queue]:
    queue, dead_letters = _queue_with_dead_letters(emulator)
    function = a_consumer(emulator, queue, _NAMES_NO_MESSAGE, BatchSize=2)
    emulator.client("sqs").send_message(QueueUrl=queue[0], MessageBody="hello")
    wait_until(lambda: "ran" in "".join(lines_of(emulator, function)), "the run", seconds=20)
    return queue, dead_letters


def test_a_batch_whose_failures_name_no_message_fails(emulator: Emulator) -> None:
    _, dead_letters = _consume_naming_no_message(emulator)

    wait_until(lambda: depth(emulator, dead_letters) == 1, "the dead letter", seconds=20)


def test_the_emulator_alone_still_deletes_such_a_batch(unpatched: Emulator) -> None:
    queue, dead_letters = _consume_naming_no_message(unpatched)

    wait_until(lambda: depth(unpatched, queue) == 0, "the message to be deleted", seconds=20)
    assert depth(unpatched, dead_letters) == 0


@pytest.mark.parametrize(
    ("body", "readable"),
    [
        (None, True),
        ("", True),
        ({}, True),
        ({"batchItemFailures": []}, True),
        ({"batchItemFailures": None}, True),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, True),
        ('{"batchItemFailures": [{"itemIdentifier": "1"}]}', True),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, False),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, False),
        ({"batchItemFailures": [{"itemIdentifiers": "1"}]}, False),
        ({"batchItemFailures": [{"itemIdentifier": "3"}]}, False),
        ({"batchItemFailures": "1"}, False),
        ("no JSON", False),
    ],
)
def test_what_names_failures_is_what_aws_documents(body: object, readable: bool) -> None:
    assert is_readable(body, {"1", "2"}) is readable


def _in_flight_at_once(emulator: Emulator) -> int:
    """The most runs at a time over four messages of four groups."""
    queue = a_queue(emulator, FifoQueue="true")
    function = a_consumer(emulator, queue, _TAKES_A_SECOND, BatchSize=1)
    for group in "abcd":
        emulator.client("sqs").send_message(
            QueueUrl=queue[0], MessageBody=group, MessageGroupId=group, MessageDeduplicationId=group
        )

    def runs() -> list[tuple[float, float]]:
        words = [line.split() for line in lines_of(emulator, function) if line.startswith("from ")]
        return [(float(began), float(ended)) for _, began, _, ended in words]

    wait_until(lambda: len(runs()) == len("abcd"), "the runs", seconds=30)
    return max(sum(began <= at < ended for began, ended in runs()) for at, _ in runs())


def test_message_groups_are_consumed_at_the_same_time(emulator: Emulator) -> None:
    assert _in_flight_at_once(emulator) > 1


def test_the_emulator_alone_still_consumes_one_group_at_a_time(unpatched: Emulator) -> None:
    assert _in_flight_at_once(unpatched) == 1


def _publish_to_a_queue_that_refuses(emulator: Emulator, *, keep: bool = True) -> tuple[Queue, str]:
    """What is published goes to one queue that takes it, and to one whose policy does not."""
    topic, dead_letters = a_topic(emulator), a_queue(emulator)
    good, refusing = a_queue(emulator), a_queue(emulator)
    open_for(emulator, good, topic)
    if keep:
        open_for(emulator, dead_letters, topic)
    subscribe(emulator, topic, good)
    subscribe(emulator, topic, refusing, RedrivePolicy={"deadLetterTargetArn": dead_letters[1]})
    emulator.client("sns").publish(TopicArn=topic, Message="hello")
    wait_until(lambda: depth(emulator, good) == 1, "the delivery", seconds=10)
    assert depth(emulator, refusing) == 0
    return dead_letters, topic


def _counts(emulator: Emulator, topic_arn: str) -> dict[str, int]:
    cloudwatch = emulator.client("cloudwatch")
    dimensions = [{"Name": "TopicName", "Value": topic_arn.rpartition(":")[2]}]
    found = cloudwatch.list_metrics(Namespace="AWS/SNS", Dimensions=dimensions)["Metrics"]
    return {each["MetricName"].removeprefix("NumberOf"): 1 for each in found}


def test_what_a_subscribed_queue_does_not_take_goes_to_the_subscriptions_dead_letters(
    emulator: Emulator,
) -> None:
    dead_letters, topic = _publish_to_a_queue_that_refuses(emulator)

    wait_until(lambda: depth(emulator, dead_letters) == 1, "the dead letter", seconds=10)
    assert set(_counts(emulator, topic)) == {
        *("MessagesPublished", "NotificationsDelivered", "NotificationsFailed"),
        "NotificationsRedrivenToDlq",
    }


def test_a_dead_letter_queue_that_refuses_the_topic_loses_the_message(emulator: Emulator) -> None:
    dead_letters, topic = _publish_to_a_queue_that_refuses(emulator, keep=False)

    assert depth(emulator, dead_letters) == 0
    assert "NotificationsFailedToRedriveToDlq" in _counts(emulator, topic)


def test_the_emulator_alone_still_drops_what_a_queue_does_not_take(unpatched: Emulator) -> None:
    dead_letters, topic = _publish_to_a_queue_that_refuses(unpatched)

    assert depth(unpatched, dead_letters) == 0
    assert _counts(unpatched, topic) == {}


def test_what_a_filter_keeps_away_is_counted(emulator: Emulator) -> None:
    topic, queue = a_topic(emulator), a_queue(emulator)
    open_for(emulator, queue, topic)
    subscribe(emulator, topic, queue, FilterPolicy={"type": ["order.placed"]})

    emulator.client("sns").publish(TopicArn=topic, Message="hello")

    assert set(_counts(emulator, topic)) == {"MessagesPublished", "NotificationsFilteredOut"}
    assert depth(emulator, queue) == 0

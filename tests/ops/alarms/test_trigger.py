"""How a test of alarms listens and cleans up, call for call."""

from __future__ import annotations

import json
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_ops.alarms.trigger import Subscriber, make_topic_queue, subscribed_queue
from serverless_ops.interrupts import Interrupts
from tests.ops.fakes import Clock

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


def test_the_queue_of_a_test_may_be_written_to_by_the_topic_alone() -> None:
    made: list[Any] = []

    def create_queue(**arguments: Any) -> Any:
        made.append(arguments)
        return {"QueueUrl": "https://q"}

    sqs = SimpleNamespace(create_queue=create_queue)

    assert make_topic_queue(sqs, "arn:aws:sqs:r:1:name", TOPIC) == "https://q"
    [arguments] = made
    assert arguments["QueueName"] == "name"
    assert json.loads(arguments["Attributes"]["Policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "arn:aws:sqs:r:1:name",
                "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
            }
        ],
    }


class Queue:
    """Delivers these notifications, one a call."""

    def __init__(self, *notifications: dict[str, str]) -> None:
        self.notifications = list(notifications)
        self.received: list[Any] = []
        self.deleted: list[str] = []

    def receive_message(self, **arguments: Any) -> Any:
        self.received.append(arguments)
        if not self.notifications:
            return {}
        body = json.dumps({"Message": json.dumps(self.notifications.pop(0))})
        return {"Messages": [{"Body": body, "ReceiptHandle": f"h-{len(self.received)}"}]}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        self.deleted.append(ReceiptHandle)


def _fired(name: str, state: str = "ALARM") -> dict[str, str]:
    return {"AlarmName": name, "NewStateValue": state}


def test_only_the_notification_of_this_alarm_that_it_fires_counts() -> None:
    queue, clock = Queue(_fired("b"), _fired("a", "OK"), {}, _fired("a"), _fired("c")), Clock()
    subscriber = Subscriber(sqs=queue, url="u", clock=clock, timeout_seconds=60, poll_seconds=7)

    assert subscriber.is_notified("a")
    assert (
        queue.received == [{"QueueUrl": "u", "MaxNumberOfMessages": 10, "WaitTimeSeconds": 7}] * 4
    )
    assert queue.deleted == ["h-1", "h-2", "h-3", "h-4"]


@pytest.mark.parametrize("body", ["x", "[]", "{}", '{"Message":"budget"}', '{"Message":7}'])
def test_what_others_publish_is_passed_over(body: str) -> None:
    queue = Queue(_fired("a"))
    bodies = [body, *_bodies(queue)]

    def receive(**_: Any) -> Any:
        return {"Messages": [{"Body": bodies.pop(0), "ReceiptHandle": "h"}]}

    sqs = SimpleNamespace(receive_message=receive, delete_message=queue.delete_message)
    subscriber = Subscriber(sqs=sqs, url="u", clock=Clock(), timeout_seconds=60, poll_seconds=0)

    assert subscriber.is_notified("a")
    assert bodies == []


def _bodies(queue: Queue) -> list[str]:
    return [each["Body"] for each in queue.receive_message()["Messages"]]


@pytest.mark.parametrize("step", [20.0, 60.0])
def test_it_is_waited_for_until_its_time_is_over(step: float) -> None:
    clock, queue = Clock(), Queue()

    def receive(**arguments: Any) -> Any:
        clock.seconds += step
        return Queue.receive_message(queue, **arguments)

    sqs = SimpleNamespace(receive_message=receive)
    subscriber = Subscriber(sqs=sqs, url="u", clock=clock, timeout_seconds=60, poll_seconds=0)

    assert not subscriber.is_notified("a")
    assert len(queue.received) == 60 / step


@pytest.mark.parametrize("failing", ["", "create_queue", "subscribe", "unsubscribe"])
def test_what_was_created_is_removed_whatever_fails(failing: str) -> None:
    calls: list[str] = []

    def call(name: str, answer: dict[str, str]) -> Any:
        def record(**arguments: Any) -> Any:
            calls.append(
                f"{name} {arguments.get('SubscriptionArn', arguments.get('QueueUrl', ''))}"
            )
            if name == failing:
                raise OSError(name)
            return answer

        return record

    sqs = SimpleNamespace(
        create_queue=call("create_queue", {"QueueUrl": "u"}), delete_queue=call("delete_queue", {})
    )
    sns = SimpleNamespace(
        subscribe=call("subscribe", {"SubscriptionArn": "s"}), unsubscribe=call("unsubscribe", {})
    )

    with ExitStack() as stack:
        if failing:
            stack.enter_context(pytest.raises(OSError, match=failing))
        with subscribed_queue(
            sqs,
            sns,
            TOPIC,
            Interrupts(),
            clock=Clock(),
            timeout_seconds=1,
            poll_seconds=0,
        ) as subscriber:
            assert subscriber.url == "u"

    assert [each.strip() for each in calls] == {
        "": ["create_queue", "subscribe", "unsubscribe s", "delete_queue u"],
        "create_queue": ["create_queue"],
        "subscribe": ["create_queue", "subscribe", "delete_queue u"],
        "unsubscribe": ["create_queue", "subscribe", "unsubscribe s", "delete_queue u"],
    }[failing]

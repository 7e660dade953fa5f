"""Fires alarms, waits for their notifications on a temporary queue, and restores everything."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from serverless_ops.alarms.alarm_state import AlarmState
from serverless_ops.dead_letters.json_text import parsed_object
from serverless_ops.interrupts import Interrupts

_REASON = "Test by verify-alarms; nothing is wrong."


def make_topic_queue(sqs: Any, queue_arn: str, topic_arn: str) -> str:
    """Create the queue with a policy for the topic; return its URL. Raises botocore's errors."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    # With the queue, not after it: a later change takes up to a minute to apply everywhere.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    name = queue_arn.rsplit(":", 1)[1]
    url: str = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    return url


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A queue that is subscribed to the alarm topic during the test."""

    sqs: Any
    url: str
    clock: Callable[[], float]
    timeout_seconds: float
    poll_seconds: int

    def is_notified(self, alarm_name: str) -> bool:
        """Wait for the notification that the alarm fired; return whether it arrived in time."""
        deadline = self.clock() + self.timeout_seconds
        while True:
            for received in self._receive():
                if (received.get("AlarmName"), received.get("NewStateValue")) == (
                    alarm_name,
                    "ALARM",
                ):
                    return True
            if self.clock() >= deadline:
                return False

    def _receive(self) -> Iterator[Mapping[str, Any]]:
        response = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=self.poll_seconds
        )
        for message in response.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            # Others may publish to the topic, and not only JSON.
            yield parsed_object(str(parsed_object(message["Body"]).get("Message")))


@contextmanager
def subscribed_queue(
    sqs: Any, sns: Any, topic_arn: str, interrupts: Interrupts, **timing: Any
) -> Iterator[Subscriber]:
    """Subscribe a new queue to the topic; remove both at the end, even after an error.

    `timing` are the other fields of the subscriber. Raises botocore's errors.
    """
    url = subscription = None
    prefix = topic_arn.replace(":sns:", ":sqs:").rsplit(":", 1)[0]
    arn = f"{prefix}:verify-alarms-{uuid.uuid4().hex[:12]}"
    try:
        # A signal during a call would leave what the call creates.
        with interrupts.shielded():
            url = make_topic_queue(sqs, arn, topic_arn)
            subscription = sns.subscribe(
                TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
            )["SubscriptionArn"]
        yield Subscriber(sqs=sqs, url=url, **timing)
    finally:
        with interrupts.shielded():
            try:
                if subscription is not None:
                    sns.unsubscribe(SubscriptionArn=subscription)
            finally:
                if url is not None:
                    sqs.delete_queue(QueueUrl=url)


def fire_alarm(
    cloudwatch: Any, alarm: AlarmState, subscriber: Subscriber, interrupts: Interrupts
) -> bool:
    """Fire the alarm, return whether its notification arrived, and restore its state.

    CloudWatch restores it anyway at its next evaluation. Raises botocore's errors.
    """
    name = alarm.cloudwatch_name
    try:
        with interrupts.shielded():
            cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=_REASON)
        return subscriber.is_notified(name)
    finally:
        with interrupts.shielded():
            cloudwatch.set_alarm_state(AlarmName=name, StateValue=alarm.state, StateReason=_REASON)

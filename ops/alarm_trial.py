"""Sets alarms off and listens on a queue of its own; leaves everything as it was."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ops.alarm_states import AlarmState
from ops.interrupts import Interrupts
from ops.topic_queue import make_topic_queue

_REASON = "A trial by verify-alarms; nothing is wrong."


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A queue that hears what the topic is told, while the trial lasts."""

    sqs: Any
    url: str
    clock: Callable[[], float]
    patience_seconds: float
    poll_seconds: int

    def hears(self, alarm_name: str) -> bool:
        """Wait for the news that the alarm went off; return whether it came in time."""
        deadline = self.clock() + self.patience_seconds
        while True:
            for told in self._receive():
                if (told.get("AlarmName"), told.get("NewStateValue")) == (alarm_name, "ALARM"):
                    return True
            if self.clock() >= deadline:
                return False

    def _receive(self) -> Iterator[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=self.poll_seconds
        )
        for message in answer.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(json.loads(message["Body"])["Message"])


@contextmanager
def listening(
    sqs: Any,
    sns: Any,
    topic_arn: str,
    interrupts: Interrupts,
    **patience: Any,
) -> Iterator[Listener]:
    """Subscribe a new queue to the topic; remove both at the end, however it ends.

    Raises botocore's errors.
    """
    subscription = None
    place = topic_arn.replace(":sns:", ":sqs:", 1).rsplit(":", 1)[0]
    arn = f"{place}:verify-alarms-{uuid.uuid4().hex[:12]}"
    url = make_topic_queue(sqs, arn, topic_arn)
    try:
        subscription = sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )["SubscriptionArn"]
        yield Listener(sqs=sqs, url=url, **patience)
    finally:
        with interrupts.shielded():
            try:
                if subscription is not None:
                    sns.unsubscribe(SubscriptionArn=subscription)
            finally:
                sqs.delete_queue(QueueUrl=url)


def try_alarm(
    cloudwatch: Any, alarm: AlarmState, listener: Listener, interrupts: Interrupts
) -> bool:
    """Set the alarm off, return whether its message came, and put its state back.

    CloudWatch puts it right anyway at its next look. Raises botocore's errors.
    """
    cloudwatch.set_alarm_state(AlarmName=alarm.name, StateValue="ALARM", StateReason=_REASON)
    try:
        return listener.hears(alarm.name)
    finally:
        with interrupts.shielded():
            cloudwatch.set_alarm_state(
                AlarmName=alarm.name, StateValue=alarm.state, StateReason=_REASON
            )

"""A subscriber of a topic: a queue of its own, which it works through at its own pace.

topic --what matches its filter--> queue --batches--> function
  └─ what the queue does not take --> the queue's dead letters <-- after the last attempt --┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.encrypted_queue import Source
from pulumi_serverless.blocks.event_filter import EventFilter, EventType
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.monitoring.alarm import Alarm
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.queue_alarms import QueueThresholds
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.queue_consumer import (
    QueueConsumer,
    QueueConsumerArgs,
    visibility_timeout_for,
)


@dataclass(frozen=True, kw_only=True)
class SubscriberArgs(Arguments):
    """Which events a subscriber gets, and how it works on them."""

    function: PythonFunction
    """The function that does the work; its handler is `each_message(work)`. It may receive an event
    more than once."""

    filter: EventFilter = field(default_factory=EventFilter)
    """Which of the events it gets; left out, all of them."""

    max_concurrency: Annotated[int, SameAs(QueueConsumerArgs, "max_concurrency")] | None = None
    """How many runs work at the same time, 2 to 1000; left out, as many as the account allows."""

    batch_size: Annotated[int, SameAs(QueueConsumerArgs, "batch_size")] = 10
    """Events per run at most, 1 to 10000. More than 10 need a batch window."""

    batch_window_seconds: Annotated[int, SameAs(QueueConsumerArgs, "batch_window_seconds")] = 0
    """How long to wait for a batch to fill, 0 to 300."""

    max_receives: Annotated[int, SameAs(QueueArgs, "max_receives")] = 5
    """Attempts at an event before it is a dead letter, 1 to 1000."""

    retention_days: Annotated[int, SameAs(QueueArgs, "retention_days")] = 4
    """How long an event waits, 1 to 13; then SQS deletes it. The alarm `backlog-age` comes long
    before."""

    thresholds: QueueThresholds = field(default_factory=QueueThresholds)
    """Alarm thresholds."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionArgs(SubscriberArgs):
    """What the subscriber gets, of which topic, and how it works on it."""

    foundation: Foundation
    """How the queues are kept, and whom alarms notify."""

    topic_arn: pulumi.Input[str]
    """The topic: of this program, or of another."""

    events: Sequence[EventType]
    """What is published to the topic."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filter.require_known(self.events)


class Subscription(Component):
    """The queue, what the topic sends to it, and the function that consumes it."""

    queue: Queue
    """Where events wait, with the dead letters."""

    alarms: Sequence[Alarm]
    """On events that wait, that fail, and that are dead letters."""

    functions: Sequence[PythonFunction]
    """The function that does the work."""

    def __init__(
        self, name: str, args: SubscriptionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Subscription", name, args, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = Source(service="sns.amazonaws.com", arn=args.topic_arn)
        self.queue = Queue(
            name,
            QueueArgs(
                foundation=args.foundation,
                max_receives=args.max_receives,
                visibility_timeout_seconds=visibility_timeout_for(
                    args.function.timeout_seconds, args.batch_window_seconds
                ),
                retention_days=args.retention_days,
                sources=[topic],
                dead_letter_sources=[topic],
            ),
            opts=child,
        )
        policy = args.filter.policy
        aws.sns.TopicSubscription(
            f"{name}-subscription",
            topic=args.topic_arn,
            protocol="sqs",
            endpoint=self.queue.arn,
            # The consumer gets the event as it was published, and so does a replay.
            raw_message_delivery=True,
            filter_policy=None if policy is None else json_text(policy),
            filter_policy_scope="MessageBody" if args.filter.is_on_body else None,
            redrive_policy=json_text({"deadLetterTargetArn": self.queue.dead_letters.arn}),
            # With its policy: what SNS may not send is a dead letter after one attempt.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.queue]),
        )
        self._consumer = QueueConsumer(
            name,
            QueueConsumerArgs(
                foundation=args.foundation,
                queue=self.queue,
                function=args.function,
                max_concurrency=args.max_concurrency,
                batch_size=args.batch_size,
                batch_window_seconds=args.batch_window_seconds,
                thresholds=args.thresholds,
            ),
            opts=child,
        )
        self.alarms = self._consumer.alarms
        self.functions = self._consumer.functions
        self.register_outputs({"queue_url": self.queue.url})

    def dashboard_rows(self) -> list[DashboardRow]:
        """What waits, what is done with it, and the dead letters."""
        return self._consumer.dashboard_rows()

    def log_queries(self) -> dict[str, str]:
        """Which events failed, and why."""
        return self._consumer.log_queries()

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        return self._consumer.operations()

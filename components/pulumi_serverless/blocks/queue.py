"""A queue with its dead letters: whatever is sent is worked on, or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Between, require_at_least
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.blocks.encrypted_queue import EncryptedQueue, Sources
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.json_text import json_text
from serverless_runtime.queue_sender.settings import queue_environment

MAX_VISIBILITY_TIMEOUT_SECONDS = 43_200


@dataclass(frozen=True, kw_only=True)
class QueueArgs(Arguments):
    """How messages wait, and what becomes of those that fail."""

    foundation: Foundation
    """Whether the queues are protected from deletion, and the key that encrypts their messages."""

    fifo: bool = False
    """Whether messages of one group stay in order, and one of them is worked on at a time."""

    max_receives: Annotated[int, Between(1, 1_000)] = 5
    """Times that a message is received before it is a dead letter, 1 to 1000. AWS recommends 5 or
    more: a throttled function counts, too."""

    visibility_timeout_seconds: Annotated[int, Between(0, MAX_VISIBILITY_TIMEOUT_SECONDS)] = 60
    """How long a received message is hidden from other receives, 0 to 43200: at least six times the
    timeout of the function that consumes the queue, plus its batch window. A message whose worker
    was killed comes back after that time."""

    retention_days: Annotated[int, Between(1, 13)] = 4
    """How long a message waits, 1 to 13. Then SQS deletes it."""

    dead_letter_retention_days: Annotated[int, Between(2, 14)] = 14
    """How long a dead letter waits for replay, 2 to 14 and more than `retention_days`. In a
    standard queue, SQS counts from when the message was sent."""

    sources: Sources = ()
    """Services that may send, at most 20, each on behalf of one resource. Functions need
    `allow_sender`."""

    dead_letter_sources: Sources = ()
    """Services that keep in the dead letters what they could not deliver to the queue, at
    most 20."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_at_least(
            "dead_letter_retention_days (more than retention_days)",
            self.dead_letter_retention_days,
            self.retention_days + 1,
        )


class Queue(EncryptedQueue):
    """A queue whose failed messages are kept in a queue of its own.

    One function consumes it: `QueueConsumer`.
    """

    dead_letters: DeadLetterQueue
    """Where messages wait for replay after their last receive."""

    fifo: bool
    """Whether messages of one group stay in order."""

    max_receives: int
    """Times that a message is received before it is a dead letter."""

    visibility_timeout_seconds: int
    """How long a received message is hidden from other receives."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a sender's environment needs; serverless_runtime.queue_sender reads it. The name of the
    variable contains the queue's, so a sender to several merges theirs."""

    def __init__(
        self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Queue", name, args, opts)
        self.fifo = args.fifo
        self.max_receives = args.max_receives
        self.visibility_timeout_seconds = args.visibility_timeout_seconds
        self._consumer: str | None = None
        child = pulumi.ResourceOptions(parent=self)
        self.dead_letters = DeadLetterQueue(
            f"{name}-dead-letters",
            DeadLetterQueueArgs(
                foundation=args.foundation,
                fifo=args.fifo,
                retention_days=args.dead_letter_retention_days,
                sources=args.dead_letter_sources,
            ),
            opts=child,
        )
        redrive = {
            "deadLetterTargetArn": self.dead_letters.arn,
            "maxReceiveCount": args.max_receives,
        }
        self._create(
            name,
            foundation=args.foundation,
            fifo=args.fifo,
            retention_days=args.retention_days,
            sources=args.sources,
            settings={
                "visibility_timeout_seconds": args.visibility_timeout_seconds,
                "redrive_policy": json_text(redrive),
            },
        )
        self.environment = queue_environment(name, url=self.url)
        # Replay sends a dead letter back to the queue it came from: there must be only one.
        aws.sqs.RedriveAllowPolicy(
            f"{name}-redrive",
            queue_url=self.dead_letters.url,
            redrive_allow_policy=json_text(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self.arn]}
            ),
            opts=child,
        )
        self.register_outputs({"name": self.name, "url": self.url, "arn": self.arn})

    def consume_by(self, consumer: str) -> None:
        """Note the one consumer. ValueError if there is one already: each message would go to
        either of them."""
        if self._consumer is not None:
            raise ValueError(
                f"queue {self.logical_name} can have one consumer, has {self._consumer!r}, got "
                f"{consumer!r}; give each consumer a queue of its own"
            )
        self._consumer = consumer

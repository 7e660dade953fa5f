"""The queue where failed events and messages wait for replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.encrypted_queue import EncryptedQueue, Sources
from pulumi_serverless.blocks.foundation import Foundation


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs(Arguments):
    """Retention, protection and encryption of dead letters."""

    foundation: Foundation
    """Whether the queue is protected from deletion, and the key that encrypts its messages. Writers
    and readers need permission to use the key, or Lambda's delivery fails."""

    fifo: bool = False
    """Whether it keeps the order within message groups; the dead letters of a FIFO queue must."""

    retention_days: Annotated[int, Between(1, 14)] = 14
    """How long a dead letter waits for replay, 1 to 14 (AWS default: 4)."""

    sources: Sources = ()
    """Services that write what they cannot deliver, e.g. a topic's subscriptions; at most
    20."""


class DeadLetterQueue(EncryptedQueue):
    """A queue, encrypted at rest, that rejects plain HTTP."""

    def __init__(
        self, name: str, args: DeadLetterQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:DeadLetterQueue", name, args, opts)
        self._create(
            name,
            foundation=args.foundation,
            fifo=args.fifo,
            retention_days=args.retention_days,
            sources=args.sources,
        )
        self.register_outputs({"name": self.name, "url": self.url, "arn": self.arn})

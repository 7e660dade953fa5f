"""Where a dead-letter queue is, what is in it, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click

from serverless_ops.aws.clients import Connection
from serverless_ops.context import Context
from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.kinds import kinds
from serverless_ops.dead_letters.reader import HIDDEN_SECONDS, DeadLetterReader
from serverless_ops.interrupts import Interrupts
from serverless_ops.stack import DeadLetterQueue, Stack
from serverless_ops.terminal import one_line, timestamp_text


@dataclass(frozen=True)
class QueueLocation:
    """Where a dead-letter queue is, and what is in it."""

    name: str
    kind: str | None
    """None if each message shows it."""

    queue: DeadLetterQueue
    connection: Connection
    source: str
    """Where they were looked up, for messages."""

    @property
    def url(self) -> str:
        """Its URL."""
        return self.queue.queue_url

    @property
    def label(self) -> str:
        """Names it in messages."""
        return f"queue {self.name} ({self.url})"

    def reader(
        self,
        context: Context,
        interrupts: Interrupts | None = None,
        hidden_seconds: int = HIDDEN_SECONDS,
    ) -> DeadLetterReader:
        """Return a reader that has not called SQS yet."""
        return DeadLetterReader(
            context.client("sqs", self.connection),
            self.url,
            kind=self.kind,
            clock=context.clock,
            interrupts=interrupts,
            poll_seconds=context.poll_seconds,
            hidden_seconds=hidden_seconds,
        )

    def destination(self, client: Callable[[str], Any]) -> Destination | None:
        """Return where its dead letters are replayed to; None if this version does not know."""
        kind = kinds().get(self.kind or "")
        return kind.destination(self.queue, client) if kind else None

    def missing(self) -> str | None:
        """Return the options without which they cannot be replayed, if any are needed."""
        kind = kinds().get(self.kind or "")
        return kind.missing(self.queue) if kind else None


@contextmanager
def reading(
    location: QueueLocation, context: Context, interrupts: Interrupts | None = None
) -> Iterator[DeadLetterReader]:
    """Read a queue, and report on stderr what could not be made visible again afterwards."""
    reader = location.reader(context, interrupts)
    try:
        with reader:
            yield reader
    finally:
        if notice := hidden_notice(reader, context.now()):
            click.echo(f"Warning: {notice}", err=True)


def hidden_notice(reader: DeadLetterReader, now: datetime) -> str | None:
    """Return what the reader has left hidden, until when and why; None if nothing."""
    if not reader.hidden_seconds:
        return None
    until = timestamp_text(now + timedelta(seconds=reader.hidden_seconds))
    name = reader.url.rpartition("/")[2]
    count = str(reader.held)
    if reader.may_be_hidden:
        count = f"{reader.held} to {reader.held + reader.may_be_hidden}"
    return one_line(
        f"{count} dead letters in {name} stay hidden from every reader, until {until} at "
        f"the latest; nothing is lost: {reader.why_hidden}"
    )


def queues_of(stack: Stack) -> dict[str, QueueLocation]:
    """Return all dead-letter queues of a stack, by name."""
    return {
        name: QueueLocation(name, queue.kind, queue, stack.connection, stack.source)
        for name, queue in stack.operations.dead_letters.items()
    }

"""Options that select dead-letter queues."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import click

from ops.aws.clients import Connection
from ops.aws.errors import UnreachableError
from ops.context import Context
from ops.dead_letters.destination import Destination
from ops.dead_letters.kinds import kinds
from ops.dead_letters.reader import DeadLetterReader
from ops.interrupts import Interrupts
from ops.options import resolved, stack_options
from ops.stack import (
    DeadLetterQueue,
    Stack,
    choose,
    connection,
    find_stack,
    region_of_arn,
    require_one,
)
from ops.stack_outputs import LOCAL_STACK, StackChoice
from ops.terminal import one_line, timestamp_text

EXIT_CODES = """\b
Exit codes:
  0    done; nothing that matched was left behind (beyond --max, if given)
  1    something that matched, or may match, is still in the queue: unreadable, refused,
       failed, hidden by another reader, or the target was throttled for too long;
       for show: no such dead letter
  2    usage error, or a file that cannot be written
  3    the stack, the queue or the target cannot be reached
  130  interrupted
"""
_ADVICE = "or pass --queue-url and, to replay, --function or --kind"
_REGION_IN_URL = re.compile(r"https?://(?:sqs|queue)\.([a-z0-9-]+)\.amazonaws\.")
_OPTIONS = (
    click.option("--queue", "name", help="Name of the queue in the stack, if it has several."),
    click.option("--queue-url", help="URL of the dead-letter queue, instead of the stack's."),
    click.option(
        "--kind",
        type=click.Choice(sorted(kinds())),
        help="What the queue at --queue-url contains; by default each message shows it.",
    ),
    *stack_options,
)
_TARGET_OPTIONS = (
    click.option("--function", help="Name or ARN of the function to replay events to."),
    click.option("--source-queue", help="URL of the queue to return messages to."),
)


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

    def reader(self, context: Context, interrupts: Interrupts | None = None) -> DeadLetterReader:
        """Return a reader that has not called SQS yet."""
        return DeadLetterReader(
            context.client("sqs", self.connection),
            self.url,
            kind=self.kind,
            clock=context.clock,
            interrupts=interrupts,
            poll_seconds=context.poll_seconds,
        )

    def destination(self, client: Callable[[str], Any]) -> Destination | None:
        """Return where its dead letters are replayed to; None if this version does not know."""
        kind = kinds().get(self.kind or "")
        return kind.destination(self.queue, client) if kind else None


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


def find_queues(
    context: Context,
    *,
    name: str | None,
    queue_url: str | None,
    kind: str | None,
    function: str | None = None,
    source_queue: str | None = None,
    with_target: bool = False,
    **chosen: str | None,
) -> list[QueueLocation]:
    """Return the queues that the options name, or else those of the stack.

    Raises UnreachableError, and UsageError if an option is missing.
    """
    choice = StackChoice(**chosen)
    kind = kind or ("invocation" if function else "message" if source_queue else None)
    if not choice.is_given and queue_url is None:
        raise click.UsageError("pass --stack, --outputs FILE or --queue-url")
    if not choice.is_given and with_target and kind is None:
        raise click.UsageError("pass --stack, --outputs FILE, --function or --kind message")
    complete = queue_url is not None and (kind is not None or not with_target)
    local = choice.stack == LOCAL_STACK
    found: Stack | None = None
    if choice.is_given and (not complete or (local and choice.endpoint_url is None)):
        found = find_stack(context, choice, _ADVICE)
    base = found.connection if found else connection(context, choice)
    locations = []
    for each, known in _entries(found, name, queue_url).items():
        entry = known.model_copy(
            update={
                "target_arn": function or known.target_arn,
                "source_queue_url": source_queue or known.source_queue_url,
            }
        )
        own_kind = kind or entry.kind or None
        if with_target and own_kind in kinds():
            _require_destination(each, kinds()[str(own_kind)].missing(entry), choice)
        in_names = region_of_arn(entry.target_arn or "") or _region_of_url(entry.queue_url)
        how = replace(base, region=choice.region or in_names or base.region)
        source = found.source if found else "the options"
        locations.append(QueueLocation(each, own_kind, entry, how, source))
    return locations


def queues_of(stack: Stack) -> dict[str, QueueLocation]:
    """Return all dead-letter queues of a stack, by name."""
    return {
        name: QueueLocation(name, queue.kind, queue, stack.connection, stack.source)
        for name, queue in stack.operations.dead_letters.items()
    }


def _require_destination(queue: str, option: str | None, choice: StackChoice) -> None:
    if option is None:
        return
    if choice.is_given:
        raise UnreachableError(f"queue {queue} has no target in stack {choice.name}; pass {option}")
    raise click.UsageError(f"pass {option}")


def _find_one_queue(
    context: Context, *, with_target: bool = False, **chosen: str | None
) -> QueueLocation:
    locations = find_queues(context, **chosen, with_target=with_target)
    require_one((each.name for each in locations), "--queue", "dead-letter queues")
    return locations[0]


on_queues = resolved("locations", find_queues, _OPTIONS)
"""Give a command the options that choose dead-letter queues; it gets their `locations`."""

on_one_queue = resolved("location", _find_one_queue, _OPTIONS)
"""Give a command the same options; it gets one `location`."""

on_one_queue_with_target = resolved(
    "location",
    functools.partial(_find_one_queue, with_target=True),
    (*_TARGET_OPTIONS, *_OPTIONS),
)


def _entries(
    stack: Stack | None, name: str | None, queue_url: str | None
) -> Mapping[str, DeadLetterQueue]:
    """Return the stack's queues by name, or the one at `queue_url` with its target, if the stack
    has it."""
    known: Mapping[str, DeadLetterQueue] = stack.operations.dead_letters if stack else {}
    if stack is not None:
        known = choose(known, name, "--queue", "dead-letter queue")
    if queue_url is None:
        if not known:
            where = f"stack {stack.name}" if stack else "the stack"
            raise UnreachableError(f"{where} has no dead-letter queue; use --queue-url to name one")
        return known
    same = {each: entry for each, entry in known.items() if entry.queue_url == queue_url} or known
    require_one(same, "--queue", "dead-letter queues")
    entry = next(iter(same.values()), DeadLetterQueue(kind="", queue_url=queue_url))
    return {queue_url.rpartition("/")[2]: entry.model_copy(update={"queue_url": queue_url})}


def _region_of_url(url: str) -> str | None:
    in_url = _REGION_IN_URL.match(url)
    return in_url[1] if in_url else None

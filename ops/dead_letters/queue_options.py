"""Options that select dead-letter queues."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import click

from ops.aws.clients import Connection
from ops.aws.errors import UnreachableError
from ops.context import Context
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

EXIT_CODES = """\b
Exit codes:
  0    done; nothing that matched was left behind (beyond --max, if given)
  1    something that matched, or may match, is still in the queue: unreadable, refused,
       failed, hidden by another reader, or the target was busy for too long;
       for show: no such dead letter
  2    usage error, or a file that cannot be written
  3    the stack, the queue or the target cannot be reached
  130  interrupted
"""
_ADVICE = "or pass --queue-url and, to replay, --function"
_REGION_IN_URL = re.compile(r"https?://(?:sqs|queue)\.([a-z0-9-]+)\.amazonaws\.")
_FUNCTION = click.option("--function", help="Name or ARN of the target, instead of the stack's.")
_OPTIONS = (
    click.option("--queue", "name", help="Name of the queue in the stack, if it has several."),
    click.option("--queue-url", help="URL of the dead-letter queue, instead of the stack's."),
    *stack_options,
)


@dataclass(frozen=True)
class QueueLocation:
    """Where a dead-letter queue and the function that failed are."""

    name: str
    url: str
    target: str | None
    connection: Connection
    source: str
    """Where they were looked up, for messages."""

    def reader(self, context: Context, interrupts: Interrupts | None = None) -> DeadLetterReader:
        """Return a reader that has not called SQS yet."""
        return DeadLetterReader(
            context.client("sqs", self.connection),
            self.url,
            clock=context.clock,
            interrupts=interrupts,
            poll_seconds=context.poll_seconds,
        )


def find_queues(
    context: Context,
    *,
    name: str | None,
    queue_url: str | None,
    function: str | None = None,
    with_target: bool = False,
    **chosen: str | None,
) -> list[QueueLocation]:
    """Return the queues that the options name, or else those of the stack.

    Raises UnreachableError, and UsageError if an option is missing.
    """
    choice = StackChoice(**chosen)
    if not choice.is_given and queue_url is None:
        raise click.UsageError("pass --stack, --outputs FILE or --queue-url")
    if not choice.is_given and with_target and function is None:
        raise click.UsageError("pass --stack, --outputs FILE or --function")
    complete = queue_url is not None and (function is not None or not with_target)
    local = choice.stack == LOCAL_STACK
    found: Stack | None = None
    if choice.is_given and (not complete or (local and choice.endpoint_url is None)):
        found = find_stack(context, choice, _ADVICE)
    base = found.connection if found else connection(context, choice)
    locations = []
    for each, entry in _entries(found, name, queue_url).items():
        target = function or entry.target_arn
        if with_target and target is None:
            raise UnreachableError(
                f"queue {each} has no target in stack {choice.name}; pass --function"
            )
        known = region_of_arn(target or "") or _region_of_url(entry.queue_url)
        how = replace(base, region=choice.region or known or base.region)
        source = found.source if found else "the options"
        locations.append(QueueLocation(each, entry.queue_url, target, how, source))
    return locations


def queues_of(stack: Stack) -> dict[str, QueueLocation]:
    """Return all dead-letter queues of a stack, by name."""
    return {
        name: QueueLocation(name, queue.queue_url, queue.target_arn, stack.connection, stack.source)
        for name, queue in stack.operations.dead_letters.items()
    }


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
    "location", functools.partial(_find_one_queue, with_target=True), (_FUNCTION, *_OPTIONS)
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
            raise UnreachableError(f"{where} has no dead-letter queue; {_ADVICE}")
        return known
    same = {each: entry for each, entry in known.items() if entry.queue_url == queue_url} or known
    require_one(same, "--queue", "dead-letter queues")
    target = next((entry.target_arn for entry in same.values()), None)
    return {
        queue_url.rpartition("/")[2]: DeadLetterQueue(
            kind="invocation", queue_url=queue_url, target_arn=target
        )
    }


def _region_of_url(url: str) -> str | None:
    in_url = _REGION_IN_URL.match(url)
    return in_url[1] if in_url else None

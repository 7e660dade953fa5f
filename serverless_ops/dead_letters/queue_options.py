"""Options that select dead-letter queues."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.dead_letters.ask_which_queue import ask_which
from serverless_ops.dead_letters.kinds import kinds
from serverless_ops.dead_letters.queue_location import QueueLocation
from serverless_ops.options import resolved, stack_options
from serverless_ops.stack import (
    DeadLetterQueue,
    Stack,
    choose,
    connection,
    find_stack,
    region_of_arn,
    require_one,
)
from serverless_ops.stack_outputs import LOCAL_STACK, StackChoice

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


def find_queues(
    context: Context,
    *,
    name: str | None,
    queue_url: str | None,
    kind: str | None,
    function: str | None = None,
    source_queue: str | None = None,
    to_replay: bool = False,
    **chosen: str | None,
) -> list[QueueLocation]:
    """Return the queues that the options name, or else those of the stack.

    Raises UnreachableError, and UsageError if an option is missing.
    """
    choice = StackChoice(**chosen)
    kind = kind or ("invocation" if function else "message" if source_queue else None)
    if not choice.is_given and queue_url is None:
        raise click.UsageError("pass --stack, --outputs FILE or --queue-url")
    if not choice.is_given and to_replay and kind is None:
        raise click.UsageError("pass --stack, --outputs FILE, --function or --kind message")
    complete = queue_url is not None and (kind is not None or not to_replay)
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
        in_names = region_of_arn(entry.target_arn or "") or _region_of_url(entry.queue_url)
        how = replace(base, region=choice.region or in_names or base.region)
        source = found.source if found else "the options"
        locations.append(QueueLocation(each, own_kind, entry, how, source))
    return locations


def _find_one_queue(context: Context, *, to_replay: bool = False, **chosen: Any) -> QueueLocation:
    locations = find_queues(context, **chosen, to_replay=to_replay)
    found = locations[0] if len(locations) == 1 else ask_which(context, locations)
    option = found.missing() if to_replay else None
    if option is None:
        return found
    if chosen["stack"] is None and chosen["outputs"] is None:
        raise click.UsageError(f"pass {option}")
    raise UnreachableError(
        f"queue {found.name} has no target in stack {chosen['stack'] or 'of --outputs'}; "
        f"pass {option}"
    )


on_queues = resolved("locations", find_queues, _OPTIONS)
"""Give a command the options that choose dead-letter queues; it gets their `locations`."""

on_one_queue = resolved("location", _find_one_queue, _OPTIONS)
"""Give a command the same options; it gets one `location`."""

on_one_queue_to_replay = resolved(
    "location",
    functools.partial(_find_one_queue, to_replay=True),
    (*_TARGET_OPTIONS, *_OPTIONS),
)
"""The same for a command that replays: the queue's destination is known."""


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

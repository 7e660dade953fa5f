"""Rules about functions that consume queues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serverless_policy.resource import UNKNOWN, Resource, as_list, of_type
from serverless_policy.rule import Finding, Rule

_QUEUE = "aws:sqs/queue:Queue"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_PER_TIMEOUT = 6
_DEFAULT_TIMEOUT_SECONDS = 3
_DEFAULT_VISIBILITY_SECONDS = 30


def _consumed(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Resource]]:
    """Each queue that a function consumes, with the mapping."""
    for queue in of_type(resources, _QUEUE):
        for mapping in of_type(resources, _MAPPING):
            if mapping.uses("eventSourceArn", queue):
                yield queue, mapping


def _without_redrive(resources: Sequence[Resource]) -> Iterator[Finding]:
    redrives = list(of_type(resources, "aws:sqs/redrivePolicy:RedrivePolicy"))
    for queue, _ in _consumed(resources):
        declared = queue.get("redrivePolicy") is not None
        if not declared and not any(each.uses("queueUrl", queue) for each in redrives):
            yield Finding(queue, "a message that fails is tried until SQS deletes it (no redrive)")


def _hidden_too_briefly(resources: Sequence[Resource]) -> Iterator[Finding]:
    functions = list(of_type(resources, "aws:lambda/function:Function"))
    for queue, mapping in _consumed(resources):
        visibility = queue.get("visibilityTimeoutSeconds")
        window = mapping.get("maximumBatchingWindowInSeconds") or 0
        visibility = _DEFAULT_VISIBILITY_SECONDS if visibility is None else visibility
        for function in functions:
            timeout = function.get("timeout") or _DEFAULT_TIMEOUT_SECONDS
            if not mapping.uses("functionName", function) or UNKNOWN in (
                *(visibility, window, timeout),
            ):
                continue
            if visibility < VISIBILITY_PER_TIMEOUT * timeout + window:
                yield Finding(
                    queue,
                    f"hides a message for {visibility:g} s, and {function.name} may hold it for "
                    f"six times {timeout:g} s and {window:g} s",
                )


def _whole_batches(resources: Sequence[Resource]) -> Iterator[Finding]:
    for _, mapping in _consumed(resources):
        types = mapping.get("functionResponseTypes")
        if types is not UNKNOWN and "ReportBatchItemFailures" not in as_list(types):
            yield Finding(mapping, "a message that fails takes its whole batch with it")


def _second_consumers(resources: Sequence[Resource]) -> Iterator[Finding]:
    seen: set[str] = set()
    for queue, mapping in _consumed(resources):
        if queue.urn in seen:
            yield Finding(mapping, f"takes messages of {queue.name} away from another consumer")
        seen.add(queue.urn)


NO_REDRIVE = Rule(
    id="failed-messages-are-kept",
    rejects="consumed queues without dead letters",
    remediation="Give the queue a redrive policy; pulumi_serverless.Queue has one.",
    sees="stack",
    check=_without_redrive,
)
VISIBILITY = Rule(
    id="messages-stay-hidden",
    rejects="queues whose messages come back while their consumer may still hold them",
    remediation=f"Set visibility_timeout_seconds to {VISIBILITY_PER_TIMEOUT} times the function's "
    "timeout, plus the batch window.",
    sees="stack",
    check=_hidden_too_briefly,
)
PARTIAL_FAILURES = Rule(
    id="messages-fail-by-themselves",
    rejects="consumers that cannot name the messages that failed",
    remediation="Set function_response_types to ReportBatchItemFailures; "
    "pulumi_serverless.QueueConsumer does, and each_message names them.",
    sees="stack",
    check=_whole_batches,
)
ONE_CONSUMER = Rule(
    id="queue-has-one-consumer",
    rejects="queues with several consumers",
    remediation="Give each consumer a queue of its own: every message goes to only one of them.",
    sees="stack",
    check=_second_consumers,
)

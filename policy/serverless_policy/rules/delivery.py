"""Rules about what happens to an event that fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serverless_policy.resource import UNKNOWN, Resource, of_type
from serverless_policy.rule import Finding, Rule

# Lambda's first retry comes about a minute after the failure.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
MAX_TARGET_TIMEOUT_SECONDS = 50
_DEFAULT_RETRIES = 2
_DEFAULT_TIMEOUT_SECONDS = 3

_QUEUE = "aws:sqs/queue:Queue"
_DESTINATION = ("destinationConfig", "onFailure", "destination")


def event_invoke_configs(resources: Sequence[Resource]) -> Iterator[Resource]:
    yield from of_type(resources, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")


def failure_queues(resources: Sequence[Resource]) -> Iterator[Resource]:
    """The queues to which Lambda writes failed events, or SQS failed messages."""
    queues = list(of_type(resources, _QUEUE))
    redrives = [*queues, *of_type(resources, "aws:sqs/redrivePolicy:RedrivePolicy")]
    of_lambda = {queue.urn for queue in _failure_queues_of_lambda(resources)}
    for queue in queues:
        if queue.urn in of_lambda or any(each.uses("redrivePolicy", queue) for each in redrives):
            yield queue


def _failure_queues_of_lambda(resources: Sequence[Resource]) -> Iterator[Resource]:
    configs = list(event_invoke_configs(resources))
    for queue in of_type(resources, _QUEUE):
        if any(config.uses("destinationConfig", queue) for config in configs):
            yield queue


def _without_destination(resources: Sequence[Resource]) -> Iterator[Finding]:
    for config in event_invoke_configs(resources):
        if config.get(*_DESTINATION) is None and not _runs_again(config, resources):
            yield Finding(
                config, "an event that fails permanently is lost (no on-failure destination)"
            )


def _runs_again(config: Resource, resources: Sequence[Resource]) -> bool:
    """Whether a schedule calls the function, and nothing is retried: the next run is the retry."""
    functions = [
        function
        for function in of_type(resources, "aws:lambda/function:Function")
        if config.uses("functionName", function)
    ]
    return config.get("maximumRetryAttempts") == 0 and any(
        schedule.uses("target", function)
        for schedule in of_type(resources, "aws:scheduler/schedule:Schedule")
        for function in functions
    )


def _fifo(resources: Sequence[Resource]) -> Iterator[Finding]:
    for queue in _failure_queues_of_lambda(resources):
        if queue.get("fifoQueue") is True:
            yield Finding(queue, "Lambda cannot write failed events to a FIFO queue")


def _slow_targets(resources: Sequence[Resource]) -> Iterator[Finding]:
    for config in event_invoke_configs(resources):
        retries = config.get("maximumRetryAttempts")
        if (_DEFAULT_RETRIES if retries is None else retries) == 0:
            continue
        for function in of_type(resources, "aws:lambda/function:Function"):
            timeout = function.get("timeout") or _DEFAULT_TIMEOUT_SECONDS
            too_long = timeout is not UNKNOWN and timeout > MAX_TARGET_TIMEOUT_SECONDS
            if config.uses("functionName", function) and too_long:
                yield Finding(function, f"may run for {timeout:g} s, into its own retry")


NO_DESTINATION = Rule(
    id="failures-are-kept",
    rejects="asynchronous invocations whose failed events are lost",
    remediation="Give the event-invoke configuration an on-failure destination; AsyncHandoff does. "
    "A function that a schedule runs again needs none if maximum_retry_attempts is 0.",
    sees="stack",
    check=_without_destination,
)
FIFO = Rule(
    id="failure-queue-is-standard",
    rejects="FIFO queues for failed events",
    remediation="Make the queue a standard one: pulumi_serverless.DeadLetterQueue.",
    sees="stack",
    check=_fifo,
)
TIMEOUT = Rule(
    id="target-ends-before-its-retry",
    rejects=f"targets with a timeout over {MAX_TARGET_TIMEOUT_SECONDS} s",
    remediation=f"Set the target's timeout to {MAX_TARGET_TIMEOUT_SECONDS} s or less: Lambda "
    "retries after about a minute, and two attempts must not run side by side.",
    sees="stack",
    check=_slow_targets,
)

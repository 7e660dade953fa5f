"""Finds out which queue and function a command is about, and how to get there."""

from __future__ import annotations

import re

import click

from ops.stack_outputs import LOCAL_STACK, StackOutputs, read_outputs, require_output
from ops.surroundings import Access, Surroundings

_QUEUE_REGION = re.compile(r"https?://(?:sqs|queue)\.([a-z0-9-]+)\.amazonaws\.")
LOCAL_REGION = "us-east-1"
LOCAL_ENDPOINT = "http://127.0.0.1:4566"


def find_access(
    surroundings: Surroundings,
    stack: str | None,
    *,
    queue_url: str | None,
    function: str | None,
    region: str | None,
    endpoint_url: str | None,
) -> Access:
    """Where to work: what the options say, else the stack.

    `function` is None if it must be looked up, and empty if it is not needed.
    Raises OutOfReachError, and UsageError if the options say too little.
    """
    local = stack == LOCAL_STACK
    found = StackOutputs(values={}, found_in="the options")
    if stack is None:
        if queue_url is None:
            raise click.UsageError("give --stack, or --queue-url")
        if function is None:
            raise click.UsageError("give --stack, or --function")
    elif queue_url is None or function is None or (local and endpoint_url is None):
        found = read_outputs(
            stack,
            run=surroundings.run,
            local_folder=surroundings.local_folder,
            endpoint_url=endpoint_url,
        )
        queue_url = queue_url or require_output(found, stack, "deadLetterQueueUrl", "--queue-url")
        if function is None:
            function = require_output(found, stack, "targetFunctionArn", "--function")
    return Access(
        queue_url=queue_url,
        function=function or None,
        region=region or _region(function, queue_url) or (LOCAL_REGION if local else None),
        endpoint_url=endpoint_url or found.endpoint_url or (LOCAL_ENDPOINT if local else None),
        local=local,
        found_in=found.found_in,
    )


def _region(function: str, queue_url: str) -> str | None:
    if function.startswith("arn:"):
        return function.split(":")[3] or None
    in_url = _QUEUE_REGION.match(queue_url)
    return in_url[1] if in_url else None

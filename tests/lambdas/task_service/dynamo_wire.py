"""What can happen to a request between the functions and DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import AwsCallError, ResponseError
from tests.lambdas.wire import Hook, Moto, moto_response


def wire(operation: str, hook: Hook) -> AbstractContextManager[None]:
    """Let `hook` see each request for `operation` on its way, and respond to it or break it."""
    transport = aws.client("dynamodb").transport
    assert isinstance(transport, Moto)
    return transport.watched(operation, hook)


def once(do_it: Callable[[Any], None]) -> Hook:
    """Do something when the first request is on its way."""
    done: list[Any] = []

    def hook(request: Request) -> None:
        if not done:
            done.append(request)
            do_it(request)

    return hook


def lose_the_response(request: Request) -> None:
    """Let the request take effect, and lose the response."""
    moto_response(request)
    raise ResponseError("lost")


def rejection(code: str, **more: Any) -> Hook:
    """Respond to every request with DynamoDB's error `code`."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}).encode()
    return lambda request: Response(400, {}, body)


def no_response(error: type[AwsCallError]) -> Hook:
    def hook(request: Request) -> None:
        raise error("no_response")

    return hook

"""What can happen to a request between the service and DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from lambdas.shared import aws
from tests.lambdas.recorded_lambda import RawBody

Hook = Callable[..., Any]


@contextmanager
def wire(operation: str, hook: Hook) -> Iterator[None]:
    """Let `hook` see each request for `operation` on its way, and answer or break it."""
    events, name = aws.client("dynamodb").meta.events, f"before-send.dynamodb.{operation}"
    events.register_first(name, hook)
    yield
    events.unregister(name, hook)


def once(do_it: Callable[[Any], None]) -> Hook:
    """Do something when the first request is on its way."""
    done: list[Any] = []

    def hook(request: Any, **_: Any) -> None:
        if not done:
            done.append(request)
            do_it(request)

    return hook


def lose_the_answer(request: Any) -> None:
    """Do what the request asks, through another client, and break its connection."""
    call = {"PutItem": "put_item", "TransactWriteItems": "transact_write_items"}
    operation = request.headers["X-Amz-Target"].decode().rsplit(".", 1)[1]
    getattr(boto3.client("dynamodb"), call[operation])(**json.loads(request.body))
    raise ReadTimeoutError(endpoint_url=request.url)


def refusal(code: str, **more: Any) -> Hook:
    """Answer every request with DynamoDB's error `code`."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}).encode()

    def hook(request: Any, **_: Any) -> AWSResponse:
        # moto sees the request too, even though its answer is not used: give it nothing to do.
        request.headers["X-Amz-Target"] = "DynamoDB_20120810.ListTables"
        request.body = b"{}"
        return AWSResponse(request.url, 400, {}, RawBody(body))

    return hook


def silence(error: Callable[..., Exception]) -> Hook:
    def hook(request: Any, **_: Any) -> None:
        raise error(endpoint_url=request.url)

    return hook

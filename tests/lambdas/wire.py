"""The wire between the small AWS clients and AWS: hooks see each request, then moto responds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from serverless_runtime.shared.aws.connections import Request, Response
from tests.lambdas.reserved_words import reject_reserved_words
from tests.lambdas.waiting_transport import WaitingTransport

Hook = Callable[[Request], Response | None]


class Moto(WaitingTransport):
    """Implements `Transport` for any service. Rejects what DynamoDB would and moto does not."""

    def __init__(self) -> None:
        self.hooks: list[tuple[str, Hook]] = []

    def send(self, request: Request) -> Response:
        for operation, hook in list(self.hooks):
            if operation in ("*", operation_of(request)):
                response = hook(request)
                if response is not None:
                    return response
        return moto_response(request)

    @contextmanager
    def watched(self, operation: str, hook: Hook) -> Iterator[None]:
        """Let `hook` see each request for `operation` ("*" for all) on its way, and respond to it
        or break it."""
        self.hooks.append((operation, hook))
        yield
        self.hooks.remove((operation, hook))


def operation_of(request: Request) -> str:
    if request.path.endswith("/outbound-emails"):
        return "SendEmail"
    if request.body.startswith(b"Action="):
        return request.body.split(b"&", 1)[0].decode().removeprefix("Action=")
    return request.headers["X-Amz-Target"].rsplit(".", 1)[1]


def moto_response(request: Request) -> Response:
    """Execute the request in moto. Fails without `aws_in_memory`."""
    assert botocore_stubber.enabled, "this test has no AWS: use aws_in_memory"
    if "dynamodb" in request.headers["Host"]:
        reject_reserved_words({"body": request.body})
    headers = HTTPHeaders()
    for name, value in request.headers.items():
        headers[name] = value
    response = botocore_stubber.process_request(
        AWSPreparedRequest(
            method="POST",
            url=f"https://{request.headers['Host']}{request.path}",
            headers=headers,
            body=request.body,
            stream_output=False,
        )
    )
    assert response is not None, f"moto does not know {request.path}"
    status, sent, body = response
    return Response(
        status,
        {name.lower(): str(value) for name, value in sent.items()},
        body if isinstance(body, bytes) else body.encode(),
    )

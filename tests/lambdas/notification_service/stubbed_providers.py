"""A provider at the wire: responds in place of AWS, and records what a real client sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from serverless_runtime.notification_service.channel import Channel, ChannelError
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws import connections
from tests.lambdas.samples import an_event
from tests.lambdas.wire import Moto, operation_of

Stub = Callable[[Any], connections.Response | None]
OPERATIONS = {"sesv2": "SendEmail", "sns": "Publish"}


@contextmanager
def stubbed(service: str, stub: Stub) -> Iterator[None]:
    """Let `stub` respond to every message that is sent through `service`."""
    transport = aws.client(service).transport
    assert isinstance(transport, Moto)
    with transport.watched(OPERATIONS[service], stub):
        yield


class Accepting:
    """Accepts every message, and keeps it as the provider reads it."""

    def __init__(self) -> None:
        self.emails: list[dict[str, Any]] = []
        self.publishes: list[dict[str, str]] = []

    def __call__(self, request: Any) -> connections.Response:
        if operation_of(request) == "SendEmail":
            self.emails.append(json.loads(request.body))
            return connections.Response(200, {}, b'{"MessageId": "ses-1"}')
        self.publishes.append(dict(parse_qsl(request.body.decode(), keep_blank_values=True)))
        body = b"<R><PublishResult><MessageId>sns-1</MessageId></PublishResult></R>"
        return connections.Response(200, {}, body)


def attributes_of(publish: dict[str, str]) -> dict[str, str]:
    """Return the message attributes of a recorded publish, all of them text."""
    found: dict[str, str] = {}
    while name := publish.get(at := f"MessageAttributes.entry.{len(found) + 1}.Name"):
        value = at.removesuffix("Name") + "Value."
        assert publish[f"{value}DataType"] == "String"
        found[name] = publish[f"{value}StringValue"]
    return found


def error_response(service: str, code: str, status: int = 400, message: str = "no") -> Stub:
    """Return a response with the error `code`, in the service's own protocol."""

    def reject(request: Any) -> connections.Response:
        if service == "sesv2":
            body, headers = json.dumps({"message": message}), {"x-amzn-errortype": code}
        else:
            error = f"<Code>{code}</Code><Message>{message}</Message>"
            body, headers = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>", {}
        return connections.Response(status, headers, body.encode())

    return reject


def send_through(channel: Channel, service: str, stub: Stub) -> str | ChannelError:
    """Send one event and return the provider's id, or the error."""
    with stubbed(service, stub):
        try:
            return channel.send(an_event())
        except ChannelError as error:
            return error

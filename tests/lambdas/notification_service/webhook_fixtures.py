"""Fixtures for the tests of the webhook channel."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.channels.webhook import WebhookSender
from serverless_runtime.once.settings import Guarantee
from serverless_runtime.shared import aws
from serverless_runtime.shared.secrets import Secret
from serverless_runtime.shared.standard_webhooks import parse_keys
from tests.lambdas.notification_service.https_receiver import (
    HOST,
    HttpsReceiver,
    Request,
    receiver_with,
)
from tests.lambdas.notification_service.webhook_receivers import a_receiver
from tests.lambdas.samples import an_event

OLD, NEW, STRANGE = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2, 3))


class Sending:
    """A sender to our own receiver, and how long it slept."""

    def __init__(
        self,
        secret: Secret[list[bytes]],
        receiver: Any,
        guarantee: Guarantee = "at_least_once",
        clock: Callable[[], float] = time.time,
        meanwhile: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self.slept: list[float] = []
        self._meanwhile = meanwhile
        self.sender = WebhookSender(receiver, secret, guarantee, clock, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._meanwhile(seconds)

    def send(self) -> str:
        return self.sender.send(an_event())

    def error(self) -> ChannelError:
        with pytest.raises(ChannelError) as caught:
            self.send()
        return caught.value


Send = Callable[..., Sending]


def verified(request: Request, secret: str = NEW) -> Any:
    """Return the event if an independent verifier accepts the request."""
    return Webhook(secret).verify(request.body, request.headers)


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    """The authority that the channel trusts."""
    return trustme.CA()


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[HttpsReceiver]:
    with receiver_with(ca.issue_cert(HOST, "127.0.0.1")) as server:
        yield server


@pytest.fixture
def secret_arn(aws_in_memory: None) -> str:
    made = aws.boto3_client("secretsmanager").create_secret(Name="hook", SecretString=NEW)
    return str(made["ARN"])


@pytest.fixture
def sending(ca: trustme.CA, server: HttpsReceiver, secret_arn: str) -> Send:
    """Creates a sender to `server`, with changes to its receiver."""

    def make(receiver: dict[str, Any] | None = None, **changes: Any) -> Sending:
        there = a_receiver(ca, server.port, **(receiver or {}))
        return Sending(Secret(secret_arn, parse_keys), there, **changes)

    return make

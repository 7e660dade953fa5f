"""Notifications to other people's software: signed POSTs as in Standard Webhooks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.channels.message_text import reference
from serverless_runtime.notification_service.channels.webhook_connection import Receiver
from serverless_runtime.notification_service.channels.webhook_exchange import Response
from serverless_runtime.notification_service.channels.webhook_responses import (
    raise_for_status,
    seconds_from_header,
)
from serverless_runtime.notification_service.settings.webhook import WebhookSettings, parse_url
from serverless_runtime.notification_service.settings.webhook_networks import allowed_network
from serverless_runtime.once.settings import Guarantee
from serverless_runtime.shared.secrets import Secret, UnreadableSecretError
from serverless_runtime.shared.standard_webhooks import (
    parse_keys,
    signature_headers,
)

MAX_WAIT_SECONDS = 5.0
"""If a receiver requests a wait of at most this, the same attempt sends a second request."""

_HEADERS = {
    # Not application/cloudevents+json, although the event is that, too: receivers' frameworks
    # decode this one by default, and Standard Webhooks requires it.
    "Content-Type": "application/json",
    "User-Agent": "notification-service",
    "Connection": "close",
}
_REQUEST_IDS = ("x-request-id", "x-amzn-requestid", "apigw-requestid")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:=/+-]{1,128}")


def channels(settings: WebhookSettings) -> list[ConfiguredChannel]:
    """Return the one channel that posts to the URL."""
    host, port, path = parse_url(settings.url)
    receiver = Receiver(
        host=host,
        port=port,
        path=path,
        allowed_networks=[allowed_network(text) for text in settings.allowed_networks],
    )
    secret = Secret(settings.secret_arn, parse_keys)
    return [
        ConfiguredChannel(
            settings=settings,
            name=settings.name,
            # The path of some receivers' URLs is a secret.
            recipient=f"https://{host}:{port}/***",
            sender=WebhookSender(receiver, secret, settings.guarantee),
        )
    ]


class WebhookSender:
    """Posts one event to one receiver."""

    def __init__(
        self,
        receiver: Receiver,
        secret: Secret[list[bytes]],
        guarantee: Guarantee,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._receiver = receiver
        self._secret = secret
        self._guarantee = guarantee
        self._clock = clock
        self._sleep = sleep

    def send(self, event: TaskEvent) -> str:
        """Post the event and return the status, with the receiver's request id if there is one.

        If the receiver requests a short wait, a second request follows it. Raises ChannelError and
        its kinds.
        """
        keys = self._keys()
        try:
            return self._post(event, keys)
        except ChannelError as error:
            wait_seconds = error.retry_after_seconds
            if wait_seconds is None or not self._may_repeat(error, wait_seconds):
                raise
        self._sleep(wait_seconds)
        return self._post(event, keys)

    def _keys(self) -> list[bytes]:
        try:
            return self._secret.read()
        except UnreadableSecretError as error:
            kind = PermanentChannelError if error.permanent else ChannelError
            raise kind(f"{error}; nothing was sent") from error

    def _may_repeat(self, error: ChannelError, wait_seconds: float) -> bool:
        if isinstance(error, UnknownOutcomeError) and self._guarantee == "at_most_once":
            return False
        return wait_seconds <= MAX_WAIT_SECONDS

    def _post(self, event: TaskEvent, keys: Sequence[bytes]) -> str:
        now = self._clock()
        body = event.to_wire()
        response = self._receiver.post(
            body, {**_HEADERS, **signature_headers(keys, reference(event.event_id), int(now), body)}
        )
        retry_after_seconds = seconds_from_header(
            response.headers.get("retry-after"), self._clock()
        )
        raise_for_status(response.status, self._receiver.host, retry_after_seconds)
        return _provider_id(response)


def _provider_id(response: Response) -> str:
    values = (response.headers.get(name, "") for name in _REQUEST_IDS)
    request_ids = [value for value in values if _REQUEST_ID.fullmatch(value)]
    return " ".join([str(response.status), *request_ids[:1]])

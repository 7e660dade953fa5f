"""Calls the work for each genuine call; forged ones are counted and dropped."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from serverless_runtime.queue_consumer.batch import (
    RETRY_DELAYS_SECONDS,
    Handler,
    each_message,
)
from serverless_runtime.queue_consumer.message import Message
from serverless_runtime.shared.arguments import require_callable
from serverless_runtime.shared.metrics import Counter
from serverless_runtime.shared.secrets import Secret
from serverless_runtime.webhook_in import log_messages
from serverless_runtime.webhook_in.call import Call
from serverless_runtime.webhook_in.metrics import FORGED, GENUINE, NAMESPACE, SOURCE
from serverless_runtime.webhook_in.settings import (
    HEADERS,
    HEADERS_ATTRIBUTE,
    RECEIVED_ATTRIBUTE,
    REQUEST_ATTRIBUTE,
    SEPARATOR,
    SOURCE_ATTRIBUTE,
    Scheme,
    read_webhook_in_settings,
)
from serverless_runtime.webhook_in.signatures import PARSERS, ForgedError, verify

log = logging.getLogger(__name__)

Keys = Callable[[], Sequence[bytes]]


class Source:
    """Who calls, and how it signs."""

    def __init__(
        self, name: str, scheme: Scheme, *, keys: Keys | None, tolerance_seconds: int
    ) -> None:
        """`keys` returns the keys that are valid now; None if the source does not sign."""
        self.name = name
        self._scheme = scheme
        self._keys = keys
        self._tolerance_seconds = tolerance_seconds

    def call_of(self, message: Message) -> Call:
        """Return the call in a message. Raises ForgedError, and UnreadableSecretError."""
        attributes = message.attributes
        received_at_ms = int(attributes[RECEIVED_ATTRIBUTE])
        call_id = attributes[REQUEST_ATTRIBUTE]
        if self._keys is not None:
            call_id = verify(
                self._scheme,
                self._headers(attributes.get(HEADERS_ATTRIBUTE, "")),
                message.body.encode(errors="surrogatepass"),
                self._keys(),
                received_at=received_at_ms / 1000,
                tolerance_seconds=self._tolerance_seconds,
            )
        return Call(
            source=self.name,
            event_id=f"{self.name}/{call_id}",
            body=message.body,
            received_at_ms=received_at_ms,
            request_id=attributes[REQUEST_ATTRIBUTE],
        )

    def _headers(self, text: str) -> dict[str, str]:
        names, values = HEADERS[self._scheme], text.split(SEPARATOR)
        if not text.isascii():
            raise ForgedError("its headers must be ASCII")
        if len(values) != len(names) or not all(values):
            raise ForgedError(f"it must have the headers {', '.join(names)}")
        return dict(zip(names, values, strict=True))


def each_call(
    work: Callable[[Call], object],
    *,
    retry_delays_seconds: Sequence[int] = RETRY_DELAYS_SECONDS,
    sources: Callable[[], Mapping[str, Source]] | None = None,
    metrics: Callable[[], Counter] | None = None,
) -> Handler:
    """Return a Lambda handler that calls `work` for each genuine call of a batch.

    What was said of `each_message` holds: a call whose work raises is retried, and becomes a dead
    letter after its last attempt. A forged call is counted and dropped: as a dead letter it would
    let anyone fill the queue that people have to read. A source may repeat a call, and so may the
    queue: run the work under `Once`.

    Sources and metrics come from the environment.
    """
    given = {"work": work, "sources": sources, "metrics": metrics}
    for name, value in given.items():
        if name == "work" or value is not None:
            require_callable(name, value)
    find_sources, find_metrics = sources or _own_sources, metrics or _own_metrics

    def handle_message(message: Message) -> None:
        # Written by the API, not by the caller: without them it is a fault, and no forgery.
        source = find_sources()[message.attributes[SOURCE_ATTRIBUTE]]
        try:
            call = source.call_of(message)
        except ForgedError as error:
            find_metrics().count(FORGED, {SOURCE: source.name}, with_total=True)
            log.warning(
                log_messages.FORGED,
                extra={**message.ids, "source": source.name, "reason": str(error)},
            )
            return
        find_metrics().count(GENUINE, {SOURCE: source.name})
        work(call)

    return each_message(handle_message, retry_delays_seconds=retry_delays_seconds)


@functools.cache
def _own_metrics() -> Counter:
    return Counter(NAMESPACE, read_webhook_in_settings().component)


@functools.cache
def _own_sources() -> Mapping[str, Source]:
    declared = json.loads(read_webhook_in_settings().sources)
    return {name: _source(name, each) for name, each in declared.items()}


def _source(name: str, declared: Mapping[str, Any]) -> Source:
    scheme: Scheme = declared["scheme"]
    arn = declared.get("secretArn")
    return Source(
        name,
        scheme,
        keys=None if arn is None else Secret(arn, PARSERS[scheme]).read,
        tolerance_seconds=declared["toleranceSeconds"],
    )

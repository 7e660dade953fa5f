"""Where dead letters are replayed to, and why one was not accepted there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from serverless_ops.aws.waiting import SilentEndpointError
from serverless_ops.dead_letters.dead_letter import DeadLetter

BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0)

_SERVER_ERROR = 500
_THROTTLED = (
    "TooManyRequestsException",
    "Throttling",
    "RequestThrottled",
    "OverLimit",
    "KmsThrottled",
)


class NotAcceptedError(Exception):
    """The target did not accept an event; the text continues "target …"."""


class BusyTargetError(NotAcceptedError):
    """It may accept the same event later."""


class UnreachableTargetError(BusyTargetError):
    """No response: it may have accepted the event anyway, and then skips the duplicate."""


class RejectedEventError(NotAcceptedError):
    """It rejects this event; it may accept others."""


class BrokenTargetError(NotAcceptedError):
    """It rejects every event until the cause is fixed."""


class Destination(Protocol):
    """Takes dead letters back."""

    @property
    def description(self) -> str:
        """What and where it is, for people."""

    def skip_reason(self, dead_letter: DeadLetter) -> str | None:
        """Return why the dead letter must not be replayed here, if so; with the option to use."""

    def send(self, dead_letter: DeadLetter) -> None:
        """Hand the dead letter over, without retries. Raises NotAcceptedError."""


def retried(send: Callable[[], None], sleep: Callable[[float], None]) -> None:
    """Call `send` with increasing delays while the target is busy."""
    for seconds in BACKOFF_SECONDS:
        try:
            return send()
        except BusyTargetError:
            sleep(seconds)
    return send()


def classified(
    error: ClientError | BotoCoreError, this_event_only: frozenset[str]
) -> NotAcceptedError:
    """Return what an error of boto3 means; `this_event_only` are codes about one event."""
    if isinstance(error, SilentEndpointError):
        return BrokenTargetError(f"could not be reached: {error}")
    if isinstance(error, HTTPClientError | NoConnectionError):
        return UnreachableTargetError(f"could not be reached: {error}")
    if not isinstance(error, ClientError):
        return BrokenTargetError(f"could not be called: {error}")
    code = error.response["Error"].get("Code", "").rpartition(".")[2]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = f"returned {code}: {error.response['Error'].get('Message', '')}"
    if code.startswith(_THROTTLED):
        return BusyTargetError("returned Throttled")
    if code in this_event_only:
        return RejectedEventError(text)
    return BusyTargetError(text) if status >= _SERVER_ERROR else BrokenTargetError(text)

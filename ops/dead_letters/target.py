"""Invokes the target with one event, and classifies why Lambda did not accept it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0)

_ACCEPTED = 202
_SERVER_ERROR = 500
_THROTTLED = {"TooManyRequestsException", "ThrottlingException", "Throttling"}
# Another event may fit.
_THIS_EVENT_ONLY = {
    "InvalidRequestContentException",
    "RequestTooLargeException",
    "RequestEntityTooLargeException",
    "SerializationException",
}


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


class Target:
    """The function that failed."""

    def __init__(self, functions: Any, arn: str) -> None:
        self.arn = arn
        self._functions = functions

    def invoke(self, payload: bytes) -> None:
        """Invoke the target with `payload`, without retries. Raises NotAcceptedError."""
        try:
            response = self._functions.invoke(
                FunctionName=self.arn, InvocationType="Event", Payload=payload
            )
            # Unread, even an empty response keeps its connection from being reused.
            response["Payload"].read()
        except ClientError as error:
            raise _classify(error) from error
        except (HTTPClientError, NoConnectionError) as error:
            raise UnreachableTargetError(f"could not be reached: {error}") from error
        except BotoCoreError as error:
            raise BrokenTargetError(f"could not be called: {error}") from error
        if response["StatusCode"] != _ACCEPTED:
            raise BusyTargetError(
                f"returned status {response['StatusCode']} instead of {_ACCEPTED}"
            )


def invoke_with_retries(invoke: Callable[[], None], sleep: Callable[[float], None]) -> None:
    """Call `invoke` with increasing delays while the target is busy."""
    for seconds in BACKOFF_SECONDS:
        try:
            return invoke()
        except BusyTargetError:
            sleep(seconds)
    return invoke()


def function_name(name_or_arn: str) -> str:
    """Return the name, without account, region and version."""
    parts = name_or_arn.split(":")
    return parts[6] if name_or_arn.startswith("arn:") and len(parts) > 6 else parts[0]  # noqa: PLR2004


def _classify(error: ClientError) -> NotAcceptedError:
    code = error.response["Error"].get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = f"returned {code}: {error.response['Error'].get('Message', '')}"
    if code in _THROTTLED:
        return BusyTargetError("returned Throttled")
    if code in _THIS_EVENT_ONLY:
        return RejectedEventError(text)
    if status >= _SERVER_ERROR:
        return BusyTargetError(text)
    return BrokenTargetError(text)

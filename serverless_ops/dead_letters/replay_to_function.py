"""The function that failed, invoked with the same event again."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import BusyTargetError, classified

_ACCEPTED = 202
_THIS_EVENT_ONLY = frozenset(
    {
        "InvalidRequestContentException",
        "RequestTooLargeException",
        "RequestEntityTooLargeException",
        "SerializationException",
    }
)


class FunctionDestination:
    """Implements Destination."""

    def __init__(self, functions: Any, arn: str) -> None:
        self._arn = arn
        self._functions = functions
        self.description = f"target {arn}"

    def skip_reason(self, dead_letter: DeadLetter) -> str | None:
        """An event that failed in another function is not replayed to this one."""
        failed_in = dead_letter.record and dead_letter.record.function
        if failed_in and function_name(failed_in) != function_name(self._arn):
            return f"failed in another function, {function_name(failed_in)}; see --any-function"
        return None

    def send(self, dead_letter: DeadLetter) -> None:
        """Invoke the function with the event, counted once more. Raises NotAcceptedError."""
        try:
            response = self._functions.invoke(
                FunctionName=self._arn,
                InvocationType="Event",
                Payload=dead_letter.counted_payload().encode(),
            )
            # Unread, even an empty response keeps its connection from being reused.
            response["Payload"].read()
        except (ClientError, BotoCoreError) as error:
            raise classified(error, _THIS_EVENT_ONLY) from error
        if response["StatusCode"] != _ACCEPTED:
            raise BusyTargetError(
                f"returned status {response['StatusCode']} instead of {_ACCEPTED}"
            )


def function_name(name_or_arn: str) -> str:
    """Return the name, without account, region and version."""
    parts = name_or_arn.split(":")
    return parts[6] if name_or_arn.startswith("arn:") and len(parts) > 6 else parts[0]  # noqa: PLR2004

"""One request to an AWS service that sends messages, and what its failure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from lambdas.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from lambdas.shared.masking import masked

_SERVER_ERROR = 500


def ask(
    provider: str, is_permanent: Mapping[str, bool], call: Callable[..., Any], **request: Any
) -> Any:
    """Return the service's answer.

    Raises ChannelError, or its kind that `is_permanent`, a table of error codes, asks for. A code
    that is not in it is retried: two attempts more cost less than an event that waits for a person
    without need.
    """
    try:
        return call(**request)
    except ClientError as error:
        raise _refusal(provider, is_permanent, error) from error
    except NoConnectionError as error:
        raise ChannelError(
            f"{provider} could not be reached ({type(error).__name__}); nothing was sent"
        ) from error
    except HTTPClientError as error:
        raise UnknownOutcomeError(
            f"{provider} gave no answer ({type(error).__name__}); the message may have been sent"
        ) from error


def _refusal(provider: str, is_permanent: Mapping[str, bool], error: ClientError) -> ChannelError:
    code = error.response["Error"]["Code"]
    # Providers quote the address that they refuse.
    said = f"{code}: {masked(error.response['Error']['Message'])}"
    if error.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
        return UnknownOutcomeError(f"{provider} failed: {said}; the message may have been sent")
    kind = PermanentChannelError if is_permanent.get(code, False) else ChannelError
    return kind(f"{provider} refused the message: {said}")

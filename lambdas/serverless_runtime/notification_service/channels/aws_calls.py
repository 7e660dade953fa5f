"""One request to an AWS service that sends messages, and what its failure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serverless_runtime.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.shared.aws.errors import (
    ServiceError,
    connect_errors,
    error_code,
    http_status,
    response_errors,
    service_errors,
)
from serverless_runtime.shared.masking import masked

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
    except service_errors() as error:
        raise _refusal(provider, is_permanent, error) from error
    except connect_errors() as error:
        raise ChannelError(
            f"{provider} could not be reached ({type(error).__name__}); nothing was sent"
        ) from error
    except response_errors() as error:
        raise UnknownOutcomeError(
            f"{provider} gave no answer ({type(error).__name__}); the message may have been sent"
        ) from error


def _refusal(provider: str, is_permanent: Mapping[str, bool], error: ServiceError) -> ChannelError:
    # Providers quote the address that they refuse.
    said = f"{error_code(error)}: {masked(error.response['Error']['Message'])}"
    if http_status(error) >= _SERVER_ERROR:
        return UnknownOutcomeError(f"{provider} failed: {said}; the message may have been sent")
    kind = PermanentChannelError if is_permanent.get(error_code(error), False) else ChannelError
    return kind(f"{provider} refused the message: {said}")

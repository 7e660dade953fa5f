"""One request to an AWS service that sends messages, and what its errors mean for a delivery."""

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


def call_aws(
    provider: str, is_permanent: Mapping[str, bool], call: Callable[..., Any], **request: Any
) -> Any:
    """Return the response of `call`.

    Raises PermanentChannelError for an error code that `is_permanent` maps to True, and
    ChannelError for others. An unknown code is retried: two more attempts cost less than an
    unnecessary dead letter.
    """
    try:
        return call(**request)
    except service_errors() as error:
        raise _channel_error(provider, is_permanent, error) from error
    except connect_errors() as error:
        raise ChannelError(
            f"{provider} could not be reached ({type(error).__name__}); nothing was sent"
        ) from error
    except response_errors() as error:
        raise UnknownOutcomeError(
            f"{provider} did not respond ({type(error).__name__}); the message may have been sent"
        ) from error


def _channel_error(
    provider: str, is_permanent: Mapping[str, bool], error: ServiceError
) -> ChannelError:
    # Providers quote the address that they reject.
    text = f"{error_code(error)}: {masked(error.response['Error']['Message'])}"
    if http_status(error) >= _SERVER_ERROR:
        return UnknownOutcomeError(f"{provider} failed: {text}; the message may have been sent")
    kind = PermanentChannelError if is_permanent.get(error_code(error), False) else ChannelError
    return kind(f"{provider} rejected the message: {text}")

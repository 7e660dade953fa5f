"""Errors of AWS calls: of the small clients, and of boto3's where a caller passes one.

The small clients raise the classes below. Where botocore has been imported, they are botocore's as
well: `except botocore.exceptions.ClientError` catches a ServiceError. Code that may run with either
client catches `service_errors()`, `connect_errors()` or `response_errors()`, and uses the functions
below. None of this imports botocore.

Raised before anything imported botocore, an error passes `except ClientError`: decision 10.
"""

from __future__ import annotations

import functools
import sys
from typing import Any, Self


class AwsCallError(Exception):
    """A call to AWS did not succeed."""

    def __new__(cls, *arguments: Any, **_: Any) -> Self:
        """Return an error that is botocore's, too, if this process uses botocore."""
        combined: type[Self] = _combined(cls)
        return super(AwsCallError, combined).__new__(combined, *arguments)

    def __init__(self, message: str) -> None:
        # Not botocore's, which would come next and take other arguments.
        Exception.__init__(self, message)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # `isinstance` uses it: an error handler may import botocore after this was raised.
        return _combined(type(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _own_class(type(self)), self.args


class ConnectError(AwsCallError):
    """No connection was established: the service has not received the request."""


class ConnectTimeoutError(ConnectError):
    """No connection was established in time."""


class ResponseError(AwsCallError):
    """The request was sent, but no complete response arrived: the service may have processed it."""


class ResponseTimeoutError(ResponseError):
    """The request was sent, but no complete response arrived in time."""


class ServiceError(AwsCallError):
    """The service responded with an error."""

    def __init__(self, error_response: dict[str, Any], operation_name: str) -> None:
        """The arguments are those of botocore's ClientError."""
        error = error_response.get("Error", {})
        metadata = error_response.get("ResponseMetadata", {})
        retries = (
            f" (reached max retries: {metadata['RetryAttempts']})"
            if metadata.get("MaxAttemptsReached") and "RetryAttempts" in metadata
            else ""
        )
        super().__init__(
            f"An error occurred ({error.get('Code', 'Unknown')}) when calling the "
            f"{operation_name} operation{retries}: {error.get('Message', 'Unknown')}",
        )
        self.response = error_response
        """`["Error"]["Code"]` and `["Message"]`, `["ResponseMetadata"]["HTTPStatusCode"]`, and what
        else the service returns, such as `["CancellationReasons"]` or `["Item"]`."""

        self.operation_name = operation_name

    def __reduce__(self) -> tuple[Any, ...]:
        return ServiceError, (self.response, self.operation_name)


_BOTOCORE_NAMES: dict[type[AwsCallError], str] = {
    ServiceError: "ClientError",
    ConnectError: "EndpointConnectionError",
    ConnectTimeoutError: "ConnectTimeoutError",
    ResponseError: "ConnectionClosedError",
    ResponseTimeoutError: "ReadTimeoutError",
}

_THROTTLING_STATUS = 429
_THROTTLING_CODES = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
_TRANSIENT_STATUSES = {500, 502, 503, 504}
_TRANSIENT_CODES = {
    "PriorRequestNotComplete",
    "ReplicatedWriteConflictException",
    "RequestTimeout",
    "RequestTimeoutException",
}


def service_errors() -> tuple[type[ServiceError], ...]:
    """Return what to catch for errors that a service responded with."""
    return ServiceError, *_botocore_classes("ClientError")


def call_errors() -> tuple[type[Exception], ...]:
    """Return what to catch for every call that failed, whether a service responded or not."""
    return AwsCallError, *_botocore_classes("ClientError"), *_botocore_classes("BotoCoreError")


def connect_errors() -> tuple[type[Exception], ...]:
    """Return what to catch for requests that were never sent."""
    return ConnectError, *_botocore_classes("ConnectionError")


def response_errors() -> tuple[type[Exception], ...]:
    """Return what to catch for requests that were sent, and may have been processed."""
    return ResponseError, *_botocore_classes("HTTPClientError")


def error_code(error: BaseException) -> str:
    """Return the service's name for the error, such as "ConditionalCheckFailedException".

    "" for an error without a response.
    """
    if not isinstance(error, service_errors()):
        return ""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_condition_failure(error: BaseException) -> bool:
    """Return whether the condition of a single write to DynamoDB failed."""
    return error_code(error) == "ConditionalCheckFailedException"


def http_status(error: BaseException) -> int:
    """Return the status of the service's response; 0 if there is none."""
    if not isinstance(error, service_errors()):
        return 0
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_throttling(error: BaseException) -> bool:
    """Return whether the service throttled the request."""
    return error_code(error) in _THROTTLING_CODES or http_status(error) == _THROTTLING_STATUS


def is_transient(error: BaseException) -> bool:
    """Return whether the same request may soon succeed."""
    if isinstance(error, (*connect_errors(), *response_errors())):
        return True
    return (
        is_throttling(error)
        or http_status(error) in _TRANSIENT_STATUSES
        or error_code(error) in _TRANSIENT_CODES
    )


def _botocore_classes(name: str) -> tuple[Any, ...]:
    """Return botocore's class of that name, or nothing if botocore has not been imported.

    Importing it takes 5 ms with bytecode, and three times the instructions without, of a first
    request that a client waits for. Code that has not imported it can neither get its errors nor
    name them.
    """
    found = getattr(sys.modules.get("botocore.exceptions"), name, None)
    return () if found is None else (found,)


def _own_class(kind: type[AwsCallError]) -> type[AwsCallError]:
    return next(each for each in kind.__mro__ if each in _BOTOCORE_NAMES)


def _combined(kind: Any) -> Any:
    name = _BOTOCORE_NAMES.get(kind)
    theirs = _botocore_classes(name) if name is not None else ()
    return _combine(kind, theirs[0]) if theirs else kind


@functools.cache
def _combine(ours: Any, theirs: Any) -> type[Any]:
    # Attributes that botocore's constructors would set.
    return type(ours.__name__, (ours, theirs), {"kwargs": {}, "request": None})

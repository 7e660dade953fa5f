"""DynamoDB's errors in the task service's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serverless_runtime.shared.aws.errors import (
    ServiceError,
    connect_errors,
    error_code,
    response_errors,
    service_errors,
)
from serverless_runtime.task_service.errors import StoreUnavailableError

_PASSING = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingError",
    "ThrottlingException",
    "TransactionInProgressException",
}


@contextmanager
def passing_errors_named() -> Iterator[None]:
    """Raise StoreUnavailableError for throttling and silence; let everything else through."""
    try:
        yield
    except (*connect_errors(), *response_errors()) as error:
        raise StoreUnavailableError(f"DynamoDB did not answer: {error}") from error
    except service_errors() as error:
        if passing := _PASSING.intersection([error_code(error), *cancellation_codes(error)]):
            raise StoreUnavailableError(f"DynamoDB: {', '.join(sorted(passing))}") from error
        raise


def is_condition_failure(error: ServiceError) -> bool:
    """Whether the condition of a single write did not hold."""
    return error_code(error) == "ConditionalCheckFailedException"


def is_conflict(error: ServiceError) -> bool:
    """Whether another transaction held an item of this write; it is over in milliseconds."""
    return error_code(error) == "TransactionConflictException" or (
        "TransactionConflict" in cancellation_codes(error)
    )


def cancellation_codes(error: ServiceError) -> list[str]:
    """Return why each item of a transaction refused, `None` for those that did not."""
    return [str(reason.get("Code")) for reason in cancellation_reasons(error)]


def cancellation_reasons(error: ServiceError) -> list[dict[str, Any]]:
    """Return a cancelled transaction's reasons, one per item, in its order."""
    return list(error.response.get("CancellationReasons", []))

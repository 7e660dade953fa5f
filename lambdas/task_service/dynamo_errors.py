"""DynamoDB's errors in the task service's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from lambdas.task_service.errors import StoreUnavailableError

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
    except (HTTPClientError, NoConnectionError) as error:
        raise StoreUnavailableError(f"DynamoDB did not answer: {error}") from error
    except ClientError as error:
        if passing := _PASSING.intersection([code_of(error), *cancellation_codes(error)]):
            raise StoreUnavailableError(f"DynamoDB: {', '.join(sorted(passing))}") from error
        raise


def code_of(error: ClientError) -> str:
    """Return AWS's name for the error."""
    return str(error.response["Error"]["Code"])


def is_condition_failure(error: ClientError) -> bool:
    """Whether the condition of a single write did not hold."""
    return code_of(error) == "ConditionalCheckFailedException"


def is_conflict(error: ClientError) -> bool:
    """Whether another transaction held an item of this write; it is over in milliseconds."""
    return code_of(error) == "TransactionConflictException" or (
        "TransactionConflict" in cancellation_codes(error)
    )


def cancellation_codes(error: ClientError) -> list[str]:
    """Return why each item of a transaction refused, `None` for those that did not."""
    return [str(reason.get("Code")) for reason in cancellation_reasons(error)]


def cancellation_reasons(error: ClientError) -> list[dict[str, Any]]:
    """Return a cancelled transaction's reasons, one per item, in its order."""
    return list(error.response.get("CancellationReasons", []))

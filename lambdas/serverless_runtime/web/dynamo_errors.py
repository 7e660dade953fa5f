"""Translates errors of DynamoDB into the reasons why an operation can fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serverless_runtime.shared.aws.errors import (
    ServiceError,
    connect_errors,
    error_code,
    is_transient,
    response_errors,
    service_errors,
)
from serverless_runtime.web.errors import StoreUnavailableError

_TRANSIENT_REASONS = {"ProvisionedThroughputExceeded", "ThrottlingError"}
"""Of a cancelled transaction, which as such is not transient."""


@contextmanager
def translate_transient_errors() -> Iterator[None]:
    """Raise StoreUnavailableError for throttling and timeouts; let everything else through."""
    try:
        yield
    except (*connect_errors(), *response_errors()) as error:
        raise StoreUnavailableError(f"DynamoDB did not respond: {error}") from error
    except service_errors() as error:
        codes = sorted(_TRANSIENT_REASONS.intersection(cancellation_codes(error)))
        if codes or is_transient(error):
            raise StoreUnavailableError(
                f"DynamoDB: {', '.join(codes or [error_code(error)])}"
            ) from error
        raise


def is_conflict(error: ServiceError) -> bool:
    """Whether another transaction held an item of this write; such a conflict lasts
    milliseconds."""
    return error_code(error) == "TransactionConflictException" or (
        "TransactionConflict" in cancellation_codes(error)
    )


def cancellation_codes(error: ServiceError) -> list[str]:
    """Return the error code of each item of a transaction, `None` for those without an error."""
    return [str(reason.get("Code")) for reason in cancellation_reasons(error)]


def cancellation_reasons(error: ServiceError) -> list[dict[str, Any]]:
    """Return a cancelled transaction's reasons, one for each item, in order."""
    return list(error.response.get("CancellationReasons", []))

"""What DynamoDB objects to becomes the reason why an operation has failed."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.shared.aws.errors import ConnectError, ResponseError, ServiceError
from serverless_runtime.web.dynamo_errors import (
    cancellation_codes,
    cancellation_reasons,
    is_conflict,
    translate_transient_errors,
)
from serverless_runtime.web.errors import StoreUnavailableError


def an_error(code: str, *reasons: str | None, status: int = 400) -> ServiceError:
    document: dict[str, Any] = {
        "Error": {"Code": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if reasons:
        document["CancellationReasons"] = [{"Code": each} if each else {} for each in reasons]
    return ServiceError(document, "TransactWriteItems")


CANCELED = "TransactionCanceledException"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConnectError("away"), "DynamoDB did not respond: away"),
        (ResponseError("lost"), "DynamoDB did not respond: lost"),
        (an_error("ThrottlingException"), "DynamoDB: ThrottlingException"),
        (an_error("InternalServerError", status=500), "DynamoDB: InternalServerError"),
        (an_error(CANCELED, None, "ThrottlingError"), "DynamoDB: ThrottlingError"),
        (
            an_error(CANCELED, "ThrottlingError", "ProvisionedThroughputExceeded"),
            "DynamoDB: ProvisionedThroughputExceeded, ThrottlingError",
        ),
    ],
)
def test_what_may_pass_is_an_unavailable_store(error: Exception, text: str) -> None:
    with pytest.raises(StoreUnavailableError) as raised, translate_transient_errors():
        raise error

    assert str(raised.value) == text
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        an_error("ValidationException"),
        an_error(CANCELED, "ConditionalCheckFailed", None),
        an_error(CANCELED, "TransactionConflict"),
        KeyError("a bug"),
    ],
)
def test_everything_else_is_raised_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, translate_transient_errors():
        raise error

    assert raised.value is error


@pytest.mark.parametrize(
    ("error", "codes", "conflict"),
    [
        (an_error("TransactionConflictException"), [], True),
        (an_error(CANCELED, None, "TransactionConflict"), ["None", "TransactionConflict"], True),
        (an_error(CANCELED, "ConditionalCheckFailed"), ["ConditionalCheckFailed"], False),
        (an_error("A"), [], False),
        (an_error("Z"), [], False),
    ],
)
def test_each_write_of_a_transaction_has_its_reason(
    error: ServiceError, codes: list[str], *, conflict: bool
) -> None:
    assert cancellation_codes(error) == codes
    assert len(cancellation_reasons(error)) == len(codes)
    assert is_conflict(error) is conflict

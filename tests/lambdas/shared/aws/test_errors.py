"""One `except` for the errors of either client, and the same functions to classify them."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.awsrequest import AWSResponse
from botocore.retries.standard import RetryContext, StandardRetryConditions

from serverless_runtime.shared.aws import errors
from serverless_runtime.shared.aws.connections import Response
from tests.lambdas.recorded_lambda import RawBody
from tests.lambdas.shared.aws.recorded_wire import MAKERS

KEY = {"TableName": "t", "Key": {"id": {"S": "1"}}}
OWN = [
    errors.ConnectError,
    errors.ConnectTimeoutError,
    errors.ResponseTimeoutError,
]


def service_error(code: str, status: int = 400) -> errors.ServiceError:
    metadata = {"HTTPStatusCode": status}
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": metadata}
    return errors.ServiceError(response, "GetItem")


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("line", "theirs", "caught_by"),
    [
        (
            errors.ConnectError,
            botocore.exceptions.EndpointConnectionError,
            errors.connect_errors,
        ),
        (
            errors.ConnectTimeoutError,
            botocore.exceptions.ConnectTimeoutError,
            errors.connect_errors,
        ),
        (
            errors.ResponseTimeoutError,
            botocore.exceptions.ReadTimeoutError,
            errors.response_errors,
        ),
        (
            Response(500, {}, b'{"__type": "InternalServerError"}'),
            botocore.exceptions.ClientError,
            errors.service_errors,
        ),
    ],
)
def test_one_except_catches_the_errors_of_both(
    make: Any, line: Any, theirs: type[Exception], caught_by: Any
) -> None:
    with pytest.raises(theirs):
        make("dynamodb", [line]).get_item(**KEY)
    with pytest.raises(caught_by()) as raised:
        make("dynamodb", [line]).get_item(**KEY)

    others = {errors.connect_errors, errors.response_errors, errors.service_errors} - {caught_by}
    assert not any(isinstance(raised.value, other()) for other in others)
    assert errors.is_transient(raised.value)


@pytest.mark.parametrize("kind", OWN)
def test_connection_errors_are_botocores_base_classes_too(kind: type[Exception]) -> None:
    assert isinstance(kind("text"), (kind, botocore.exceptions.BotoCoreError))
    assert isinstance(errors.ResponseError("x"), botocore.exceptions.HTTPClientError)
    assert str(kind("text")) == "text"
    assert type(kind("text")).__name__ == kind.__name__


@pytest.mark.parametrize("error", [*(kind("text") for kind in OWN), service_error("SlowDown")])
def test_errors_can_be_pickled(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own

    assert (type(copy), str(copy), copy.args) == (type(error), str(error), error.args)
    assert errors.error_code(copy) == errors.error_code(error)


WITHOUT_BOTOCORE = """
import sys
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Response
from serverless_runtime.shared.aws.errors import ServiceError, error_code, service_errors

class Rejecting:
    def send(self, request):
        return Response(400, {}, b'{"__type": "x#ConditionalCheckFailedException"}')

client = aws.client("dynamodb")
client.transport = Rejecting()
try:
    client.get_item(TableName="t", Key={})
except service_errors() as error:
    early = error
assert error_code(early) == "ConditionalCheckFailedException" and type(early) is ServiceError
assert not any(name.startswith(("boto3", "botocore")) for name in sys.modules), "boto3 imported"

from botocore.exceptions import ClientError

assert isinstance(early, ClientError) and isinstance(early, ServiceError)
try:
    client.get_item(TableName="t", Key={})
except ClientError as error:
    assert isinstance(error, ServiceError)
"""


def test_botocore_is_neither_imported_nor_needed_to_be_imported_first() -> None:
    environ = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "PYTHONPATH": "lambdas",
    }

    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", WITHOUT_BOTOCORE],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


_STATUSES = [400, 403, 404, 408, 413, 429, 500, 501, 502, 503, 504]
_OPERATIONS = [
    *(
        ("dynamodb", operation)
        for operation in (
            *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "TransactWriteItems"),
        )
    ),
    ("lambda", "Invoke"),
    ("sqs", "SendMessage"),
    ("sqs", "GetQueueAttributes"),
    ("sesv2", "SendEmail"),
]


@pytest.mark.parametrize(("service", "operation"), _OPERATIONS)
def test_what_botocore_retries_is_transient_and_nothing_else(service: str, operation: str) -> None:
    model = boto3.client(service).meta.service_model.operation_model(operation)
    conditions = StandardRetryConditions(max_attempts=2)
    modelled = {shape.name for shape in model.error_shapes}
    codes = [*modelled, "Throttling", "RequestTimeout", "SlowDown", "ValidationException", "Odd"]

    for code in codes:
        # An error that the model knows comes with its own status; others may come with any.
        own = [
            shape.metadata.get("error", {}) for shape in model.error_shapes if shape.name == code
        ]
        statuses = [own[0].get("httpStatusCode", 400)] if own else _STATUSES
        for status in statuses:
            context = RetryContext(
                attempt_number=1,
                operation_model=model,
                parsed_response={"Error": {"Code": code}},
                http_response=AWSResponse("https://aws", status, {}, RawBody()),
            )
            ours = errors.is_transient(service_error(code, status))
            assert ours == bool(conditions.is_retryable(context)), (code, status)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("status", "code", "throttling", "transient"),
    [
        (400, "ThrottlingException", True, True),
        (429, "Odd", True, True),
        (400, "ValidationException", False, False),
        (503, "ServiceUnavailable", False, True),
    ],
)
def test_what_an_error_means_is_the_same_for_both(
    make: Any, status: int, code: str, throttling: bool, transient: bool
) -> None:
    response = Response(status, {}, json.dumps({"__type": code}).encode())

    with pytest.raises(errors.service_errors()) as raised:
        make("dynamodb", [response]).get_item(**KEY)

    assert (errors.error_code(raised.value), errors.http_status(raised.value)) == (code, status)
    assert errors.is_throttling(raised.value) is throttling
    assert errors.is_transient(raised.value) is transient


def test_other_errors_have_no_code() -> None:
    error = ValueError("x")

    assert (errors.error_code(error), errors.http_status(error)) == ("", 0)
    assert not errors.is_transient(error)


CONDITION = "ConditionalCheckFailedException"


@pytest.mark.parametrize("code", [CONDITION, "", "AccessDenied", "ValidationException"])
def test_a_condition_has_failed_if_the_service_says_so(code: str) -> None:
    assert errors.is_condition_failure(service_error(code)) is (code == CONDITION)
    assert not errors.is_condition_failure(KeyError(code))


@pytest.mark.parametrize("status", [*range(400, 440), *range(498, 507)])
def test_some_statuses_may_pass_whatever_the_code(status: int) -> None:
    error = service_error("Unknown", status)

    assert errors.is_throttling(error) is (status == 429)
    assert errors.is_transient(error) is (status in (429, 500, 502, 503, 504))
    assert errors.http_status(error) == status
    assert errors.http_status(KeyError("x")) == 0


def test_an_error_that_tells_less_has_no_code_and_no_status() -> None:
    responses: list[dict[str, Any]] = [{}, {"Error": {}}, {"ResponseMetadata": {}}]
    for response in responses:
        error = errors.ServiceError(response, "GetItem")
        assert (errors.error_code(error), errors.http_status(error)) == ("", 0)
        assert not errors.is_transient(error)
        assert str(error) == (
            "An error occurred (Unknown) when calling the GetItem operation: Unknown"
        )

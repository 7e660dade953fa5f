"""Every error of AWS is explained whole: what happened, what it needs, what to do."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    CredentialRetrievalError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from serverless_ops.aws.errors import explain
from tests.ops.fakes import service_error

QUEUE_NEEDS = (
    "sqs:ReceiveMessage, sqs:ChangeMessageVisibility and sqs:GetQueueAttributes on the queue to "
    "read it, sqs:DeleteMessage to replay or purge, and lambda:InvokeFunction on the target to "
    "replay"
)
TABLE_NEEDS = (
    "dynamodb:Query on the deliveries table, its index by-subject and the outbox, dynamodb:GetItem "
    "on the table with the circuit breakers, and dynamodb:UpdateItem to close one"
)


@pytest.mark.parametrize(
    ("operation", "needs"),
    [
        ("DescribeAlarms", "cloudwatch:DescribeAlarms on *"),
        ("Invoke", "lambda:InvokeFunction on the function"),
        ("PutParameter", "ssm:PutParameter on the facade's parameter"),
        ("ReceiveMessage", QUEUE_NEEDS),
        ("SendMessage", QUEUE_NEEDS),
        ("Query", TABLE_NEEDS),
        ("GetItem", TABLE_NEEDS),
        ("UpdateItem", TABLE_NEEDS),
    ],
)
@pytest.mark.parametrize(
    "code", ["AccessDenied", "AccessDeniedException", "AuthorizationError", "KMS.AccessDenied"]
)
def test_what_is_denied_is_explained_with_the_permission(
    code: str, operation: str, needs: str
) -> None:
    assert explain(service_error(code, operation)) == (
        f"access denied ({operation} failed with {code}: about {code}); it needs {needs}"
    )


@pytest.mark.parametrize(
    ("operation", "code", "before", "after"),
    [
        (
            "Query",
            "ResourceNotFoundException",
            "there is no such table or index",
            "; check its name, --stack and --region",
        ),
        (
            "ReceiveMessage",
            "AWS.SimpleQueueService.NonExistentQueue",
            "there is no such queue",
            "; check its URL, --stack and --region",
        ),
        (
            "ReceiveMessage",
            "InvalidAddress",
            "there is no such queue",
            "; check its URL, --stack and --region",
        ),
        (
            "GetParameter",
            "ParameterNotFound",
            "there is no such parameter",
            "; check --stack and --region, or deploy",
        ),
        *(
            ("Query", code, "AWS rejected these credentials", "; log in again")
            for code in (
                "ExpiredToken",
                "InvalidClientTokenId",
                "UnrecognizedClientException",
                "SignatureDoesNotMatch",
                "InvalidAccessKeyId",
                "RequestExpired",
            )
        ),
    ],
)
def test_what_is_missing_or_expired_is_explained_with_what_to_do(
    operation: str, code: str, before: str, after: str
) -> None:
    failed = f"{operation} failed with {code}: about {code}"

    assert explain(service_error(code, operation)) == f"{before} ({failed}){after}"


@pytest.mark.parametrize(
    ("operation", "code"),
    [("Invoke", "ResourceNotFoundException"), ("GetItem", "ThrottlingException")],
)
def test_any_other_error_is_quoted(operation: str, code: str) -> None:
    failed = f"{operation} failed with {code}: about {code}"

    assert explain(service_error(code, operation)) == failed


def test_an_error_without_a_code_is_quoted_too() -> None:
    assert explain(ClientError({"Error": {}}, "Query")) == "Query failed with unknown: None"


UNREACHABLE = (
    "; check the network, --region and --endpoint-url (make up starts the local deployment)"
)


@pytest.mark.parametrize(
    ("error", "before", "after"),
    [
        *(
            (error, "no usable AWS credentials: ", "; log in, or set AWS_PROFILE")
            for error in (
                NoCredentialsError(),
                PartialCredentialsError(provider="env", cred_var="x"),
                CredentialRetrievalError(provider="p", error_msg="x"),
            )
        ),
        (ReadTimeoutError(endpoint_url="http://x"), "AWS cannot be reached: ", UNREACHABLE),
        (ConnectionClosedError(endpoint_url="http://x"), "AWS cannot be reached: ", UNREACHABLE),
        (InvalidRegionError(region_name="?"), "AWS could not be called: ", ""),
    ],
)
def test_an_error_of_boto3_is_quoted_with_what_to_do(
    error: Exception, before: str, after: str
) -> None:
    assert explain(error) == f"{before}{error}{after}"


def test_without_a_region_the_error_says_how_to_give_one() -> None:
    assert explain(NoRegionError()) == (
        "no AWS region is set; pass --region, or set AWS_DEFAULT_REGION"
    )

"""What an error of AWS means, and its exit code."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)

from serverless_ops.aws.clients import Clients, Connection, Keys
from serverless_ops.aws.errors import UnreachableError, explain
from tests.ops.fakes import Operator, Overriding, Queue, service_error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NoCredentialsError(), "no usable AWS credentials"),
        (ProfileNotFound(profile="x"), "set AWS_PROFILE"),
        (UnauthorizedSSOTokenError(), "log in"),
        (NoRegionError(), "pass --region"),
        (EndpointConnectionError(endpoint_url="http://x"), "check the network"),
        (ConnectTimeoutError(endpoint_url="http://x"), "make up"),
        (InvalidRegionError(region_name="?"), "AWS could not be called"),
        (service_error("AccessDenied", "ReceiveMessage"), "it needs sqs:ReceiveMessage"),
        (service_error("KMS.AccessDeniedException", "ReceiveMessage"), "access denied"),
        (service_error("AWS.SimpleQueueService.NonExistentQueue"), "there is no such queue"),
        (service_error("QueueDoesNotExist"), "check its URL, --stack and --region"),
        (service_error("ExpiredTokenException"), "log in again"),
        (service_error("InternalError"), "Invoke failed with InternalError: about InternalError"),
    ],
)
def test_an_error_explains_what_happened_and_what_to_do(
    error: BotoCoreError | ClientError, text: str
) -> None:
    assert text in explain(error)


@pytest.mark.parametrize("command", [("list",), ("show", "x"), ("replay",), ("purge",)])
@pytest.mark.parametrize(
    ("error", "text"),
    [(service_error("AccessDenied"), "access denied"), (NoCredentialsError(), "no usable AWS")],
)
def test_an_unreachable_queue_is_exit_code_3(
    queue: Queue, command: tuple[str, ...], error: Exception, text: str
) -> None:
    def reject(**arguments: Any) -> Any:
        raise error

    sqs = Overriding(queue.sqs, receive_message=reject, get_queue_attributes=reject)

    result = Operator(queue, sqs=sqs).types(*command)

    assert result.exit_code == 3
    assert result.stderr.startswith("Error: ")
    assert text in result.stderr
    assert result.stderr.count("Error: ") == 1


def test_a_missing_queue_is_reported(queue: Queue, operator: Operator) -> None:
    queue.sqs.delete_queue(QueueUrl=queue.url)

    result = operator.types("replay")

    assert (result.exit_code, "there is no such queue" in result.stderr) == (3, True)


def _connection(**changes: Any) -> Connection:
    known: dict[str, Any] = {
        "region": "us-east-1",
        "endpoint_url": None,
        "local": False,
        "keys": Keys("key", "secret"),
    }
    return Connection(**{**known, **changes})


def test_an_invalid_address_is_reported() -> None:
    with pytest.raises(UnreachableError, match="check --endpoint-url"):
        Clients()("sqs", _connection(endpoint_url="nonsense", local=True))


def test_without_the_key_of_a_local_deployment_the_error_says_how_to_start_one() -> None:
    url = "http://127.0.0.1:4569"
    with pytest.raises(UnreachableError, match=f"no key for {url}: .*make up.*--endpoint-url"):
        Clients()("sqs", _connection(endpoint_url=url, local=True, keys=None))


def test_boto3_does_not_retry_an_invoke() -> None:
    client = Clients()("lambda", _connection(local=True))

    assert client.meta.config.retries["total_max_attempts"] == 1


def test_the_local_deployment_needs_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")

    assert Clients()("sqs", _connection(local=True, endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(UnreachableError, match="no usable AWS credentials"):
        Clients()("sqs", _connection())

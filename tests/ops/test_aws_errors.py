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

from ops.aws_errors import explain
from ops.stack_outputs import OutOfReachError
from ops.surroundings import Access, make_client
from tests.ops.fakes import Operator, Overriding, Queue, refusal


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NoCredentialsError(), "no usable AWS credentials"),
        (ProfileNotFound(profile="x"), "name a profile in AWS_PROFILE"),
        (UnauthorizedSSOTokenError(), "log in"),
        (NoRegionError(), "give --region"),
        (EndpointConnectionError(endpoint_url="http://x"), "check the network"),
        (ConnectTimeoutError(endpoint_url="http://x"), "make up"),
        (InvalidRegionError(region_name="?"), "AWS could not be asked"),
        (refusal("AccessDenied", "ReceiveMessage"), "looking needs sqs:ReceiveMessage"),
        (refusal("KMS.AccessDeniedException", "ReceiveMessage"), "not allowed"),
        (refusal("AWS.SimpleQueueService.NonExistentQueue"), "there is no such queue"),
        (refusal("QueueDoesNotExist"), "check --stack, --queue-url and --region"),
        (refusal("ExpiredTokenException"), "log in again"),
        (refusal("InternalError"), "Invoke was answered InternalError: about InternalError"),
    ],
)
def test_an_error_says_what_happened_and_what_to_do(
    error: BotoCoreError | ClientError, text: str
) -> None:
    assert text in explain(error)


@pytest.mark.parametrize("command", [("list",), ("show", "x"), ("replay",), ("purge",)])
@pytest.mark.parametrize("error", [refusal("AccessDenied"), NoCredentialsError()])
def test_a_queue_out_of_reach_is_exit_code_3(
    queue: Queue, command: tuple[str, ...], error: Exception
) -> None:
    def refuse(**arguments: Any) -> Any:
        raise error

    sqs = Overriding(queue.sqs, receive_message=refuse, get_queue_attributes=refuse)

    result = Operator(queue, sqs=sqs).types(*command)

    assert result.exit_code == 3
    assert "Error: n" in result.stderr


def test_a_queue_that_is_gone_is_told(queue: Queue, operator: Operator) -> None:
    queue.sqs.delete_queue(QueueUrl=queue.url)

    result = operator.types("replay")

    assert (result.exit_code, "there is no such queue" in result.stderr) == (3, True)


def _access(**changes: Any) -> Access:
    known: dict[str, Any] = {
        "queue_url": "https://x",
        "function": None,
        "region": "us-east-1",
        "endpoint_url": None,
        "local": False,
        "found_in": "a test",
    }
    return Access(**{**known, **changes})


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(OutOfReachError, match="check --endpoint-url"):
        make_client("sqs", _access(endpoint_url="nonsense", local=True))


def test_an_invoke_is_not_tried_again_behind_our_back() -> None:
    client = make_client("lambda", _access(local=True))

    assert client.meta.config.retries["total_max_attempts"] == 1


def test_the_local_deployment_needs_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")

    assert make_client("sqs", _access(local=True, endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(OutOfReachError, match="no usable AWS credentials"):
        make_client("sqs", _access())

"""What goes over the wire is what botocore would send."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from serverless_runtime.shared.aws.connections import Request, Response
from tests.lambdas.shared.aws.recorded_wire import boto3_client, small_client

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:notification-service"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters"
KEY = {"shard": {"S": "0"}, "task_id": {"S": "é\ud83d\ude00 \u2028"}}
ROW = {**KEY, "n": {"N": "1"}, "list": {"L": [{"NULL": True}, {"BOOL": False}]}, "m": {"M": {}}}
PUT = {"TableName": "t", "Item": {**ROW, "p": {"B": b"\x00\xff"}, "set": {"BS": [b"", b"x"]}}}
OK = Response(200, {}, b"{}")


def sent_by_both(
    service: str, operation: str, arguments: dict[str, Any]
) -> tuple[Request, AWSPreparedRequest]:
    ours = small_client(service, [OK])
    getattr(ours, operation)(**arguments)
    theirs: list[AWSPreparedRequest] = []
    getattr(boto3_client(service, [OK], sent=theirs), operation)(**arguments)
    return ours.transport.requests[0], theirs[0]


def assert_same(ours: Request, theirs: AWSPreparedRequest, names: list[str]) -> None:
    assert f"https://{ours.headers['Host']}{ours.path}" == theirs.url
    assert ours.body == theirs.body
    for name in names:
        value = theirs.headers[name]
        assert ours.headers[name] == (value.decode() if isinstance(value, bytes) else value)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_item", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
        ("put_item", PUT),
        ("update_item", {"TableName": "t", "Key": KEY, "UpdateExpression": "SET a = :a"}),
        ("delete_item", {"TableName": "t", "Key": KEY, "ConditionExpression": "a = :a"}),
        ("batch_write_item", {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}),
        ("query", {"TableName": "t", "Limit": 5, "ScanIndexForward": False}),
        ("transact_write_items", {"TransactItems": [{"Put": PUT}], "ClientRequestToken": "token"}),
    ],
)
def test_dynamodb_is_sent_what_botocore_sends(
    operation: str, arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a token")

    ours, theirs = sent_by_both("dynamodb", operation, arguments)

    assert_same(ours, theirs, ["X-Amz-Target", "Content-Type", "X-Amz-Security-Token"])


@pytest.mark.parametrize("make", [small_client, boto3_client])
def test_every_transaction_has_a_token_of_its_own_and_its_retries_the_same(make: Any) -> None:
    busy = Response(500, {}, b"{}")
    sent: list[Any] = []
    client = make("dynamodb", [busy, OK, OK], attempts=2, **_sent(make, sent))

    client.transact_write_items(TransactItems=[{"Put": PUT}])
    client.transact_write_items(TransactItems=[{"Put": PUT}])

    requests = sent or client.transport.requests
    first, retry, second = (json.loads(each.body)["ClientRequestToken"] for each in requests)
    assert first == retry != second


def _sent(make: Any, sent: list[Any]) -> dict[str, Any]:
    return {"sent": sent} if make is boto3_client else {}


@pytest.mark.parametrize("function", [ARN, f"{ARN}:prod", "a-name"])
def test_lambda_is_sent_what_botocore_sends(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1\n")
    payload = json.dumps({"title": "é"}).encode()

    ours, theirs = sent_by_both(
        "lambda",
        "invoke",
        {"FunctionName": function, "InvocationType": "Event", "Payload": payload},
    )

    assert_same(ours, theirs, ["X-Amz-Invocation-Type", "X-Amzn-Trace-Id"])


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("send_message", {"QueueUrl": QUEUE, "MessageBody": "é"}),
        ("get_queue_attributes", {"QueueUrl": QUEUE, "AttributeNames": ["All"]}),
    ],
)
def test_sqs_is_sent_what_botocore_sends(operation: str, arguments: dict[str, Any]) -> None:
    ours, theirs = sent_by_both("sqs", operation, arguments)

    assert_same(ours, theirs, ["X-Amz-Target", "Content-Type", "X-Amzn-Query-Mode"])


@pytest.mark.parametrize(
    "content",
    [
        {"Simple": {"Subject": {"Data": "é"}, "Body": {"Text": {"Data": "x"}}}},
        {"Raw": {"Data": b"\x00\xff"}},
    ],
)
def test_ses_is_sent_what_botocore_sends(content: dict[str, Any]) -> None:
    arguments = {
        "FromEmailAddress": "a@example.com",
        "Destination": {"ToAddresses": ["b@example.com"]},
        "Content": content,
        "EmailTags": [{"Name": "event_id", "Value": "e"}],
    }

    ours, theirs = sent_by_both("sesv2", "send_email", arguments)

    assert_same(ours, theirs, ["Content-Type"])
    scope = "/eu-west-1/ses/aws4_request"
    assert scope in ours.headers["Authorization"]
    assert scope in theirs.headers["Authorization"].decode()

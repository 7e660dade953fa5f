"""What goes over the wire, and what is repeated, is what botocore would send and repeat."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from botocore.retries.standard import RetryContext, StandardRetryConditions

from serverless_runtime.shared.aws.api import Api
from serverless_runtime.shared.aws.connections import Answer, Request
from serverless_runtime.shared.aws.dynamodb import DynamoDb
from serverless_runtime.shared.aws.endpoint import endpoint_from
from serverless_runtime.shared.aws.errors import RefusedError
from serverless_runtime.shared.aws.lambda_ import Lambda
from serverless_runtime.shared.aws.retries import Patience, may_pass
from serverless_runtime.shared.aws.ses import Ses
from serverless_runtime.shared.aws.sqs import Sqs
from tests.lambdas.recorded_lambda import RawBody

PATIENCE = Patience(connect_timeout=1, read_timeout=1, total_max_attempts=1)
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:notification-service"
KEY = {"shard": {"S": "0"}, "task_id": {"S": "é\ud83d\ude00 \u2028"}}
ROW = {**KEY, "n": {"N": "1"}, "list": {"L": [{"NULL": True}, {"BOOL": False}]}, "m": {"M": {}}}
OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "GetItem": ("get_item", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
    "PutItem": ("put_item", {"TableName": "t", "Item": {**ROW, "payload": {"B": b"\x00\xff"}}}),
    "UpdateItem": ("update_item", {"TableName": "t", "Key": KEY, "UpdateExpression": "SET a = :a"}),
    "DeleteItem": ("delete_item", {"TableName": "t", "Key": KEY, "ConditionExpression": "a = :a"}),
    "Query": ("query_items", {"TableName": "t", "Limit": 5, "ScanIndexForward": False}),
    "TransactWriteItems": (
        "transact_write_items",
        {
            "TransactItems": [{"Put": {"TableName": "t", "Item": {**ROW, "p": {"B": b"{}"}}}}],
            "ClientRequestToken": "token",
        },
    ),
}


class Recorder:
    """Fulfils `Transport`: keeps the requests, and answers with nothing."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.requests: list[Request] = []
        self.answer = answer or Answer(200, {}, b'{"Items": []}')

    def send(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.answer


def sent_by_botocore(service: str, call: Callable[[Any], Any]) -> AWSPreparedRequest:
    client = boto3.client(service)
    sent: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, RawBody(b"{}"))

    client.meta.events.register("before-send", answer)
    call(client)
    return sent[0]


def assert_same(ours: Request, theirs: AWSPreparedRequest, names: list[str]) -> None:
    assert f"https://{ours.headers['Host']}{ours.path}" == theirs.url
    assert ours.body == theirs.body
    for name in names:
        value = theirs.headers[name]
        assert ours.headers[name] == (value.decode() if isinstance(value, bytes) else value)


@pytest.mark.parametrize("operation", OURS)
def test_dynamodb_is_sent_what_botocore_sends(
    operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a token")
    method, arguments = OURS[operation]
    ours, recorder = DynamoDb(PATIENCE), Recorder()
    ours.api.transport = recorder

    found = getattr(ours, method)(**arguments)
    if operation == "Query":
        list(found)

    theirs = sent_by_botocore(
        "dynamodb",
        lambda client: client._make_api_call(operation, arguments),
    )
    names = ["X-Amz-Target", "Content-Type", "X-Amz-Security-Token"]
    assert_same(recorder.requests[0], theirs, names)


@pytest.mark.parametrize("function", [ARN, f"{ARN}:prod", "a-name"])
def test_lambda_is_sent_what_botocore_sends(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1\n")
    payload = json.dumps({"title": "é"}).encode()
    ours, recorder = Lambda(PATIENCE), Recorder(Answer(202, {}, b""))
    ours.api.transport = recorder

    assert ours.invoke_event(function, payload) == 202

    theirs = sent_by_botocore(
        "lambda",
        lambda client: client.invoke(
            FunctionName=function, InvocationType="Event", Payload=payload
        ),
    )
    assert_same(recorder.requests[0], theirs, ["X-Amz-Invocation-Type", "X-Amzn-Trace-Id"])


QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/letters"


@pytest.mark.parametrize(
    ("operation", "ours", "theirs"),
    [
        (
            "send_message",
            {"queue_url": QUEUE, "body": "é"},
            {"QueueUrl": QUEUE, "MessageBody": "é"},
        ),
        (
            "queue_attributes",
            {"queue_url": QUEUE, "names": ["All"]},
            {"QueueUrl": QUEUE, "AttributeNames": ["All"]},
        ),
    ],
)
def test_sqs_is_sent_what_botocore_sends(
    operation: str, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    sqs, recorder = Sqs(PATIENCE), Recorder(Answer(200, {}, b'{"Attributes": {}}'))
    sqs.api.transport = recorder

    getattr(sqs, operation)(**ours)

    name = {"queue_attributes": "get_queue_attributes"}.get(operation, operation)
    sent = sent_by_botocore("sqs", lambda client: getattr(client, name)(**theirs))
    assert_same(recorder.requests[0], sent, ["X-Amz-Target", "Content-Type", "X-Amzn-Query-Mode"])


def test_ses_is_sent_what_botocore_sends() -> None:
    arguments = {
        "FromEmailAddress": "a@example.com",
        "Destination": {"ToAddresses": ["b@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "é"}, "Body": {"Text": {"Data": "x"}}}},
        "EmailTags": [{"Name": "event_id", "Value": "e"}],
    }
    ses, recorder = Ses(PATIENCE), Recorder()
    ses.api.transport = recorder

    ses.send_email(**arguments)

    sent = sent_by_botocore("sesv2", lambda client: client.send_email(**arguments))
    assert_same(recorder.requests[0], sent, ["Content-Type"])
    scope = "/eu-west-1/ses/aws4_request"
    assert scope in recorder.requests[0].headers["Authorization"]
    assert scope in sent.headers["Authorization"].decode()


@pytest.mark.parametrize(
    ("service", "prefix"),
    [("dynamodb", None), ("lambda", None), ("sqs", None), ("sesv2", "email")],
)
def test_every_region_of_every_partition_is_reached_where_botocore_reaches_it(
    service: str, prefix: str | None
) -> None:
    session = botocore.session.Session()
    regions = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions(service, partition)
    ]

    assert len(regions) > 20
    for region in regions:
        theirs = boto3.client(service, region_name=region).meta.endpoint_url
        assert endpoint_from({"AWS_DEFAULT_REGION": region}, service, prefix) == theirs


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"AWS_ENDPOINT_URL": "http://here:1"}, "http://here:1"),
        ({"AWS_ENDPOINT_URL": "http://here:1", "AWS_ENDPOINT_URL_LAMBDA": "http://a"}, "http://a"),
        ({"AWS_REGION": "eu-west-1"}, "https://lambda.eu-west-1.amazonaws.com"),
    ],
)
def test_an_endpoint_can_be_named(environ: dict[str, str], url: str) -> None:
    assert endpoint_from(environ, "lambda") == url


LAMBDA_CALL = ("lambda", "get_account_settings")
_STATUSES = [400, 403, 404, 408, 413, 429, 500, 501, 502, 503, 504]


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        *(("dynamodb", operation) for operation in OURS),
        ("lambda", "Invoke"),
        ("sqs", "SendMessage"),
        ("sqs", "GetQueueAttributes"),
        ("sesv2", "SendEmail"),
    ],
)
def test_what_botocore_repeats_is_repeated_and_nothing_else(service: str, operation: str) -> None:
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
            ours = may_pass(RefusedError(operation, status, code, "", {}))
            assert ours == bool(conditions.is_retryable(context)), (code, status)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (
            400,
            {},
            b'{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"m"}',
        ),
        (400, {}, b'{"__type":"com.amazon.coral.service#SlowDown","Message":"m"}'),
        (403, {"x-amzn-errortype": "AccessDeniedException:http://x/"}, b'{"Message":"no"}'),
        (
            400,
            {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
            b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}',
        ),
        (503, {}, b"<html>busy</html>"),
        (500, {}, b""),
    ],
)
def test_refusals_have_the_names_that_botocore_gives_them(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    ours = Api("lambda", PATIENCE)
    ours.transport = Recorder(Answer(status, headers, body))
    with pytest.raises(RefusedError) as refused:
        ours.call("Invoke", "/", {}, b"")

    service, call = ("sqs", "list_queues") if "x-amzn-query-error" in headers else LAMBDA_CALL
    client = boto3.client(service)
    client.meta.events.register(
        "before-send", lambda request, **_: AWSResponse(request.url, status, headers, RawBody(body))
    )
    client.meta.events.unregister(f"needs-retry.{service}")
    with pytest.raises(ClientError) as theirs:
        getattr(client, call)()
    code = theirs.value.response["Error"]["Code"]
    assert (refused.value.status, refused.value.code) == (status, code)

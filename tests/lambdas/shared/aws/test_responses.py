"""Return values and errors are those of boto3, for the same responses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_runtime.shared.aws import service_client
from serverless_runtime.shared.aws.connections import Response
from serverless_runtime.shared.aws.dynamodb import query_items
from serverless_runtime.shared.aws.errors import ResponseError, ServiceError
from tests.lambdas.shared.aws.recorded_wire import MAKERS, small_client

ID = {"x-amzn-requestid": "r-1"}
KEY = {"TableName": "t", "Key": {"id": {"S": "1"}}}
ITEM = {
    "id": {"S": "é"},
    "B": {"B": "AP8="},
    "set": {"BS": ["", "eA=="]},
    "nested": {"M": {"B": {"S": "B"}, "BS": {"L": [{"B": "eA=="}, {"BS": ["eA=="]}]}}},
    "n": {"N": "1.50"},
    "ns": {"NS": ["1"]},
    "none": {"NULL": True},
    "yes": {"BOOL": True},
}
EVENT = {"FunctionName": "f", "InvocationType": "Event", "Payload": b"{}"}
TRANSACTION = {"TransactItems": [{"Delete": KEY}, {"Delete": KEY}]}
UNPROCESSED = {"t": [{"DeleteRequest": {"Key": {"id": {"B": "AP8="}}}}]}
BATCH = {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY["Key"]}}]}}
EMAIL = {"FromEmailAddress": "a@example.com", "Content": {"Raw": {"Data": b"x"}}}
MESSAGE = {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message": "x"}
SECRET = {"SecretId": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-a1b2c3"}
STORED_SECRET = {
    "ARN": SECRET["SecretId"],
    "Name": "hook",
    "VersionId": "v",
    "SecretString": "é",
    "VersionStages": ["AWSCURRENT"],
    "CreatedDate": 1_523_477_145.713,
}
PARAMETER = {"Name": "/hook", "WithDecryption": True}
STORED_PARAMETER = {
    "Name": "/hook",
    "Type": "SecureString",
    "Value": "é",
    "Version": 3,
    "LastModifiedDate": 1_523_477_145,
    "DataType": "text",
}
QUEUE = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q"}


def recorded(status: int, document: Any = None, **headers: str) -> Response:
    body = b"" if document is None else json.dumps(document).encode()
    return Response(status, {**ID, **{k.replace("_", "-"): v for k, v in headers.items()}}, body)


def dynamodb_error(code: str, **members: Any) -> Response:
    return recorded(400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **members})


def xml(status: int, body: str) -> Response:
    text = f'<?xml version="1.0"?>{body}'.replace(
        "Response>", 'Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">', 1
    )
    return Response(status, {"x-amzn-requestid": "r-1"}, text.encode())


METADATA = "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
PUBLISHED = xml(
    200,
    "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult>"
    f"{METADATA}</PublishResponse>",
)
PUBLISHED_IN_ORDER = xml(
    200,
    "<PublishResponse><PublishResult><MessageId>m</MessageId><SequenceNumber>10</SequenceNumber>"
    f"</PublishResult>{METADATA}</PublishResponse>",
)
NOT_FOUND = xml(
    404,
    "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code>"
    "<Message>no &lt;topic&gt;</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
)


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_client, "delay_seconds", lambda *_: 0)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "responses"),
    [
        ("dynamodb", "get_item", KEY, [recorded(200, {"Item": ITEM})]),
        ("dynamodb", "get_item", KEY, [recorded(200, {})]),
        ("dynamodb", "get_item", KEY, [recorded(500), recorded(503), recorded(200, {})]),
        ("dynamodb", "update_item", KEY, [recorded(200, {"Attributes": ITEM})]),
        ("dynamodb", "delete_item", KEY, [recorded(200, {})]),
        (
            "dynamodb",
            "put_item",
            {"TableName": "t", "Item": {"id": {"S": "1"}}},
            [recorded(200, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 1.5}})],
        ),
        (
            "dynamodb",
            "query",
            {"TableName": "t"},
            [
                recorded(
                    200, {"Items": [ITEM], "Count": 1, "LastEvaluatedKey": {"b": {"B": "eA=="}}}
                )
            ],
        ),
        ("dynamodb", "transact_write_items", TRANSACTION, [recorded(200, {})]),
        ("dynamodb", "batch_write_item", BATCH, [recorded(200, {"UnprocessedItems": UNPROCESSED})]),
        ("lambda", "invoke", EVENT, [recorded(202)]),
        (
            "lambda",
            "invoke",
            {"FunctionName": "f", "Payload": "{}"},
            [recorded(200, {}, x_amz_function_error="Unhandled", x_amz_executed_version="$LATEST")],
        ),
        (
            "sqs",
            "send_message",
            {**QUEUE, "MessageBody": "x"},
            [
                recorded(
                    200, {"MessageId": "m", "MD5OfMessageBody": "9dd4e461268c8034f5c8564e155c67a6"}
                )
            ],
        ),
        (
            "sqs",
            "get_queue_attributes",
            {**QUEUE, "AttributeNames": ["All"]},
            [recorded(200, {"Attributes": {"ApproximateNumberOfMessages": "3"}})],
        ),
        ("sesv2", "send_email", EMAIL, [recorded(200, {"MessageId": "m"})]),
        ("sns", "publish", MESSAGE, [PUBLISHED]),
        (
            "events",
            "put_events",
            {"Entries": [{"Detail": "{}"}, {"Detail": "no"}]},
            [
                recorded(
                    200,
                    {
                        "FailedEntryCount": 1,
                        "Entries": [{"EventId": "e"}, {"ErrorCode": "MalformedDetail"}],
                    },
                )
            ],
        ),
        ("secretsmanager", "get_secret_value", SECRET, [recorded(200, STORED_SECRET)]),
        ("secretsmanager", "get_secret_value", SECRET, [recorded(200, {"SecretBinary": "AP8="})]),
        ("secretsmanager", "get_secret_value", SECRET, [recorded(503), recorded(200, {})]),
        ("ssm", "get_parameter", PARAMETER, [recorded(200, {"Parameter": STORED_PARAMETER})]),
        ("ssm", "get_parameter", PARAMETER, [recorded(200, {"Parameter": {"Value": "x"}})]),
        ("ssm", "get_parameter", PARAMETER, [recorded(200, {})]),
        ("sns", "publish", MESSAGE, [PUBLISHED_IN_ORDER]),
    ],
)
def test_return_values_are_those_of_boto3(
    service: str, operation: str, arguments: dict[str, Any], responses: list[Response]
) -> None:
    ours, theirs = (
        getattr(make(service, responses, attempts=3), operation)(**arguments) for make in MAKERS
    )

    if operation == "invoke":
        assert ours.pop("Payload").read() == theirs.pop("Payload").read() == responses[0].body
    assert ours == theirs


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "response"),
    [
        ("dynamodb", "get_item", KEY, dynamodb_error("ValidationException", message="m")),
        ("dynamodb", "get_item", KEY, dynamodb_error("ThrottlingException", message="slow down")),
        (
            "dynamodb",
            "update_item",
            KEY,
            dynamodb_error("ConditionalCheckFailedException", message="m", Item=ITEM),
        ),
        (
            "dynamodb",
            "transact_write_items",
            TRANSACTION,
            dynamodb_error(
                "TransactionCanceledException",
                Message="cancelled",
                CancellationReasons=[
                    {"Code": "None"},
                    {"Code": "ConditionalCheckFailed", "Message": "m", "Item": ITEM},
                ],
            ),
        ),
        ("dynamodb", "get_item", KEY, Response(503, {}, b"<html>busy</html>")),
        ("dynamodb", "get_item", KEY, Response(500, {}, b"")),
        ("dynamodb", "get_item", KEY, recorded(400, {"__type": "x#SlowDown", "Message": "m"})),
        (
            "lambda",
            "invoke",
            EVENT,
            recorded(
                404,
                {"Type": "User", "Message": "no such function"},
                x_amzn_errortype="ResourceNotFoundException",
            ),
        ),
        (
            "lambda",
            "invoke",
            EVENT,
            recorded(
                429,
                {"Type": "User", "message": "rate", "Reason": "CallerRateLimitExceeded"},
                x_amzn_errortype="TooManyRequestsException:http://x/",
            ),
        ),
        ("lambda", "invoke", EVENT, recorded(403, {"Message": "no"}, x_amzn_errortype="Denied")),
        ("lambda", "invoke", EVENT, Response(503, {}, b"<html>busy</html>")),
        (
            "sqs",
            "send_message",
            {**QUEUE, "MessageBody": "x"},
            recorded(
                400,
                {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "m"},
                x_amzn_query_error="AWS.SimpleQueueService.NonExistentQueue;Sender",
            ),
        ),
        (
            "sesv2",
            "send_email",
            EMAIL,
            recorded(
                400,
                {"message": "Email address is not verified"},
                x_amzn_errortype="MessageRejected",
            ),
        ),
        ("sns", "publish", MESSAGE, NOT_FOUND),
        (
            "secretsmanager",
            "get_secret_value",
            SECRET,
            recorded(400, {"__type": "ResourceNotFoundException", "Message": "no such secret"}),
        ),
        ("ssm", "get_parameter", PARAMETER, recorded(400, {"__type": "ParameterNotFound"})),
        ("ssm", "get_parameter", PARAMETER, Response(503, {}, b"<html>busy</html>")),
        ("sns", "publish", MESSAGE, Response(503, {}, b"<html>busy</html>")),
    ],
)
@pytest.mark.parametrize("attempts", [1, 2])
def test_errors_are_those_of_boto3(
    service: str, operation: str, arguments: dict[str, Any], response: Response, attempts: int
) -> None:
    ours, theirs = (
        _error_of(make(service, [response] * attempts, attempts), operation, arguments)
        for make in MAKERS
    )

    assert isinstance(ours, ServiceError)
    assert str(ours) == str(theirs)
    assert ours.operation_name == theirs.operation_name
    # botocore drops what its model of the error does not have, such as a second "message".
    more = {k: v for k, v in ours.response.items() if k not in theirs.response}
    assert {k: v for k, v in ours.response.items() if k not in more} == theirs.response
    assert set(more) <= {"message", "Message"}


@pytest.mark.parametrize("make", MAKERS)
def test_items_are_fetched_page_by_page_and_no_page_too_many(make: Any) -> None:
    pages = [
        recorded(200, {"Items": [{"id": {"S": "1"}}], "LastEvaluatedKey": {"id": {"S": "1"}}}),
        recorded(200, {"Items": [], "LastEvaluatedKey": {"id": {"S": "2"}}}),
        recorded(200, {"Items": [{"id": {"S": "3"}}]}),
    ]

    first = query_items(make("dynamodb", pages[:1]), TableName="t")
    assert next(first) == {"id": {"S": "1"}}

    found = list(query_items(make("dynamodb", pages), TableName="t"))
    assert found == [{"id": {"S": "1"}}, {"id": {"S": "3"}}]


def _error_of(client: Any, operation: str, arguments: dict[str, Any]) -> ClientError:
    with pytest.raises(ClientError) as raised:
        getattr(client, operation)(**arguments)
    return raised.value


@pytest.mark.parametrize("make", MAKERS)
def test_pages_of_a_query_that_only_counts_have_no_items(make: Any) -> None:
    pages = [
        recorded(200, {"Count": 7, "LastEvaluatedKey": {"id": {"S": "1"}}}),
        recorded(200, {"Count": 2}),
    ]

    assert list(query_items(make("dynamodb", pages), TableName="t", Select="COUNT")) == []


@pytest.mark.parametrize("make", MAKERS)
def test_an_empty_body_is_an_empty_result(make: Any) -> None:
    result = make("dynamodb", [Response(200, {}, b"")]).get_item(**KEY)

    assert result.keys() == {"ResponseMetadata"}


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"null", b'"x"', b"\xff", b'{"Item"'])
def test_a_success_whose_body_is_no_json_object_has_an_unknown_outcome(body: bytes) -> None:
    with pytest.raises(ResponseError, match="GetItem: the response is not a JSON object"):
        small_client("dynamodb", [Response(200, {}, body)]).get_item(**KEY)


@pytest.mark.parametrize("body", [b"", b"<html>", b"<MessageI>m</MessageI>"])
def test_a_publish_whose_response_has_no_id_has_an_unknown_outcome(body: bytes) -> None:
    with pytest.raises(ResponseError, match="Publish: the response is not SNS's XML"):
        small_client("sns", [Response(200, {}, body)]).publish(**MESSAGE)


@pytest.mark.parametrize(("status", "body"), [(503, b"[1]"), (400, b"null"), (400, b'"x"')])
def test_an_error_whose_body_is_no_json_object_is_a_service_error(status: int, body: bytes) -> None:
    client = small_client("dynamodb", [Response(status, {}, body)], attempts=1)

    with pytest.raises(ServiceError) as caught:
        client.get_item(**KEY)

    assert caught.value.response["Error"]["Code"] == str(status)

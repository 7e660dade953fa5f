"""However a service words an error, its code and message are those that boto3 finds."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.awsrequest import HeadersDict
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.aws.connections import Response
from serverless_runtime.shared.aws.errors import ServiceError, error_code, http_status
from tests.lambdas.shared.aws.modelled_arguments import operation_model
from tests.lambdas.shared.aws.recorded_wire import small_client

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("GetItem", {"TableName": "t", "Key": {}}),
    "lambda": ("Invoke", {"FunctionName": "f"}),
    "sqs": ("SendMessage", {"QueueUrl": "q", "MessageBody": "x"}),
    "sesv2": ("SendEmail", {"Content": {}}),
    "events": ("PutEvents", {"Entries": []}),
    "secretsmanager": ("GetSecretValue", {"SecretId": "s"}),
    "ssm": ("GetParameter", {"Name": "p"}),
}
CODES = ["ThrottlingException", "QueueDoesNotExist", "Denied"]
PREFIXES = st.sampled_from(["", "com.amazonaws.dynamodb.v20120810#", "a#"])
SUFFIXES = st.sampled_from(["", ":http://internal.amazon.com/coral/#x", ":"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
PAGES = st.sampled_from([b"", b" \n", b"<html>busy</html>", b"<!DOCTYPE html>", b"busy", b"{"])
STATUSES = st.sampled_from([400, 403, 404, 429, 500, 503])
QUERY_ERRORS = st.sampled_from(["AWS.Old.Code;Sender", ";Sender", "AWS.Old.Code", "a;b;c"])


@cache
def responses(service: str) -> st.SearchStrategy[Response]:
    return st.sampled_from(CODES).flatmap(lambda code: responses_with(code, service))


@cache
def responses_with(code: str, service: str) -> st.SearchStrategy[Response]:
    """One error, its code in none, one or more of the places where services put it."""
    worded = st.builds("{}{}{}".format, PREFIXES, st.just(code), SUFFIXES)
    named = {"x-amzn-errortype": worded}
    if service == "sqs":
        named["x-amzn-query-error"] = QUERY_ERRORS
    headers = st.fixed_dictionaries({}, optional=named)
    places = {"__type": worded, "code": worded, "message": TEXTS, "Message": TEXTS, "Type": TEXTS}
    documents = st.fixed_dictionaries({}, optional=places).map(json.dumps).map(str.encode)
    return st.builds(Response, STATUSES, headers, documents | PAGES)


@pytest.mark.parametrize("service", CALLS)
@given(data=st.data())
def test_code_and_message_are_those_of_boto3(service: str, data: st.DataObject) -> None:
    response = data.draw(responses(service))
    operation, arguments = CALLS[service]
    model = operation_model(service, operation)
    parser = create_parser(model.service_model.resolved_protocol)
    raw = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": response.body,
    }
    theirs = parser.parse(raw, model.output_shape)["Error"]

    with pytest.raises(ServiceError) as raised:
        getattr(small_client(service, [response]), xform_name(operation))(**arguments)
    ours = raised.value.response["Error"]

    if theirs["Code"] == str(response.status):
        # boto3 looks for a code in fewer places.
        theirs = {**theirs, "Code": ours["Code"]}
    if theirs.get("QueryErrorCode") == str(response.status):
        theirs = {**theirs, "QueryErrorCode": ours["QueryErrorCode"]}
    assert ours == theirs
    assert http_status(raised.value) == response.status


@pytest.mark.parametrize("body", [b"[1]", b"null", b'"x"', b"\xff"])
@pytest.mark.parametrize("status", [400, 500])
def test_a_body_that_boto3_cannot_read_is_an_error_with_its_status(
    status: int, body: bytes
) -> None:
    with pytest.raises(ServiceError) as raised:
        small_client("dynamodb", [Response(status, {}, body)]).get_item(**CALLS["dynamodb"][1])

    assert error_code(raised.value) == str(status)


@pytest.mark.parametrize(
    "response",
    [{}, {"Error": {}}, {"ResponseMetadata": {"MaxAttemptsReached": True}, "Error": {"Code": "x"}}],
)
def test_an_error_with_less_in_it_is_what_boto3_makes_of_it(response: dict[str, Any]) -> None:
    ours, theirs = ServiceError(response, "GetItem"), ClientError(response, "GetItem")

    assert str(ours) == str(theirs)
    assert error_code(ours) == error_code(theirs) == response.get("Error", {}).get("Code", "")

"""Any arguments that botocore takes become the request that its own serializer makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, prepare_request_dict
from botocore.exceptions import ParamValidationError
from botocore.serialize import create_serializer
from botocore.validate import ParamValidationDecorator, ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.aws import blobs, lambda_, service_client
from serverless_runtime.shared.aws.connections import Request, Response
from tests.lambdas.shared.aws.modelled_arguments import (
    EVERY_OPERATION,
    OF_EACH,
    OPERATIONS,
    arguments_of,
    blob_paths,
    operation_model,
    with_bytes_for_a_text,
)
from tests.lambdas.shared.aws.recorded_wire import SMALL_CLIENTS, small_client


def sent(service: str, operation: str, arguments: dict[str, Any]) -> Request:
    body = b"<MessageId>m</MessageId>" if service == "sns" else b"{}"
    client = small_client(service, [Response(200, {}, body)])
    getattr(client, xform_name(operation))(**arguments)
    request: Request = client.transport.requests[0]
    return request


def serialized(service: str, operation: str, arguments: dict[str, Any]) -> AWSPreparedRequest:
    """What botocore sends, or ParamValidationError."""
    model = operation_model(service, operation)
    serializer = create_serializer(model.service_model.resolved_protocol)
    validating = ParamValidationDecorator(ParamValidator(), serializer)
    request = validating.serialize_to_request(arguments, model)
    prepare_request_dict(request, "https://host")
    names = {"query_string": "params", "body": "data"}
    wanted = ("method", "url", "headers", *names)
    request = AWSRequest(**{names.get(name, name): request[name] for name in wanted})
    # prepare_request_dict has put the query into the URL.
    request.params = {}
    return request.prepare()


@EVERY_OPERATION
@OF_EACH
@given(data=st.data())
def test_what_is_sent_is_what_botocore_serializes(
    service: str, operation: str, data: st.DataObject
) -> None:
    arguments = data.draw(arguments_of(service, operation))

    ours = sent(service, operation, arguments)
    theirs = serialized(service, operation, arguments)

    assert f"https://host{ours.path}" == theirs.url
    theirs_body = theirs.body.encode() if isinstance(theirs.body, str) else theirs.body
    assert ours.body == (theirs_body or b"")
    headers = {name.lower(): value for name, value in ours.headers.items()}
    wanted = {name.lower(): value for name, value in theirs.headers.items()}
    wanted.pop("content-length")
    assert headers.items() >= wanted.items()


@EVERY_OPERATION
@OF_EACH
@given(data=st.data())
def test_bytes_are_refused_where_the_api_takes_text(
    service: str, operation: str, data: st.DataObject
) -> None:
    arguments, path = data.draw(with_bytes_for_a_text(service, operation))

    with pytest.raises(ParamValidationError):
        serialized(service, operation, arguments)
    with pytest.raises(TypeError) as refused:
        sent(service, operation, arguments)

    assert f"parameter {path}, type: <class 'bytes'>" in str(refused.value)


@pytest.mark.parametrize("blob", [{"x"}, memoryview(b"x"), object()])
def test_what_is_neither_bytes_nor_json_is_refused_by_its_place(blob: object) -> None:
    with pytest.raises(TypeError, match=r"Invalid type for parameter Item\.a\.B, type: <class"):
        sent("dynamodb", "PutItem", {"TableName": "t", "Item": {"a": {"B": blob}}})
    attributes = {"a": {"DataType": "Binary", "BinaryValue": blob}}
    with pytest.raises(TypeError, match=r"parameter MessageAttributes\.a\.BinaryValue"):
        sent("sns", "Publish", {"Message": "x", "MessageAttributes": attributes})
    with pytest.raises(TypeError, match="parameter Payload"):
        sent("lambda", "Invoke", {"FunctionName": "f", "Payload": blob})


def test_the_callers_arguments_are_left_as_they_were() -> None:
    arguments = {"TableName": "t", "Item": {"a": {"BS": ["x", b"y"]}, "b": {"B": "x"}}}

    sent("dynamodb", "PutItem", arguments)

    assert arguments == {"TableName": "t", "Item": {"a": {"BS": ["x", b"y"]}, "b": {"B": "x"}}}


def test_a_call_by_an_endpoint_of_its_own_is_refused() -> None:
    with pytest.raises(TypeError, match="SendEmail with EndpointId"):
        sent("sesv2", "SendEmail", {"Content": {}, "EndpointId": "x.y"})
    with pytest.raises(TypeError, match="PutEvents with EndpointId"):
        sent("events", "PutEvents", {"Entries": [], "EndpointId": "x.y"})


def test_every_operation_of_the_small_clients_is_compared() -> None:
    have = {
        service: {
            name.removesuffix("_without_waiting")
            for name in vars(client)
            if name.islower() and name[0] != "_"
        }
        for service, client in SMALL_CLIENTS.items()
    }

    assert have == {
        service: {xform_name(each) for each in operations}
        for service, operations in OPERATIONS.items()
    }


@EVERY_OPERATION
def test_blobs_are_where_the_model_of_the_api_has_them(service: str, operation: str) -> None:
    model = operation_model(service, operation)
    paths = set(blob_paths(model.input_shape))

    if operation not in {"Invoke", "Publish"}:
        assert paths == set(blobs.BLOBS.get(operation, ()))
        for path in paths:
            assert any(f'"{name}'.startswith(service_client._BLOBS) for name in path)
    # Sending one elsewhere than in the URL's region needs more than arguments.
    unlike = {each.member_name for each in model.context_parameters}
    assert unlike <= {"TableName", "EndpointId"}


def test_the_headers_of_an_invoke_are_those_of_the_model() -> None:
    model = operation_model("lambda", "Invoke")

    def headers(shape: Any) -> dict[str, str]:
        return {
            name: each.serialization["name"].lower()
            for name, each in shape.members.items()
            if each.serialization.get("location") == "header"
        }

    ours = {name: each.lower() for name, each in lambda_._HEADERS.items()}
    assert ours == headers(model.input_shape)
    assert headers(model.output_shape) == lambda_._RETURNED_HEADERS
    assert set(model.input_shape.members) == {*ours, "FunctionName", "Payload", "Qualifier"}

"""What the small clients take is what botocore's model says, and nothing else is sent."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ParamValidationError as BotocoreError
from botocore.model import Shape
from botocore.validate import ParamValidator
from hypothesis import event, given, settings
from hypothesis import strategies as st

from serverless_runtime.shared.aws.connections import Response
from serverless_runtime.shared.aws.parameters import ParamValidationError, Shapes, _members
from tests.lambdas.shared.aws.modelled_arguments import (
    CASES,
    EVERY_OPERATION,
    OF_EACH,
    arguments_of,
    operation_model,
    with_a_fault,
)
from tests.lambdas.shared.aws.recorded_wire import SMALL_CLIENTS, small_client

SCALARS = {
    "string": "",
    "boolean": "bool",
    "integer": "int",
    "long": "int",
    "timestamp": "int",
    "blob": "blob",
}


def shapes_of(service: str) -> Shapes:
    shapes: Shapes = SMALL_CLIENTS[service].SHAPES  # type: ignore[attr-defined]
    return shapes


def assert_same(shapes: Shapes, kind: str, shape: Shape, seen: frozenset[str]) -> None:
    if shape.type_name in SCALARS:
        assert kind == SCALARS[shape.type_name], shape
    elif shape.type_name == "list":
        assert (kind[0], kind[-1]) == ("[", "]")
        assert_same(shapes, kind[1:-1], shape.member, seen)
    elif shape.type_name == "map":
        assert (kind[0], kind[-1]) == ("{", "}")
        assert_same(shapes, kind[1:-1], shape.value, seen)
    elif shape.name not in seen:
        kinds, required = _members(shapes[kind])
        assert kinds.keys() == set(shape.members)
        assert set(required) == set(shape.required_members)
        for name, each in shape.members.items():
            assert_same(shapes, kinds[name], each, seen | {shape.name})


@EVERY_OPERATION
def test_names_kinds_and_what_is_required_are_those_of_the_model(
    service: str, operation: str
) -> None:
    shape = operation_model(service, operation).input_shape

    assert_same(shapes_of(service), operation, shape, frozenset())


def test_no_structure_is_left_over() -> None:
    for service, client in SMALL_CLIENTS.items():
        shapes = shapes_of(service)
        named = {
            kind.strip("[]{}")
            for text in shapes.values()
            for kind in functools.reduce(lambda a, b: a | b, [set(_members(text)[0].values())])
        }
        operations = {each for owner, each in CASES if owner == service}
        assert shapes.keys() - operations <= named, client


@EVERY_OPERATION
@OF_EACH
@given(data=st.data())
def test_what_botocore_does_not_take_is_not_sent(
    service: str, operation: str, data: st.DataObject
) -> None:
    arguments = data.draw(with_a_fault(service, operation))
    report = ParamValidator().validate(arguments, operation_model(service, operation).input_shape)
    client = small_client(service, [Response(200, {}, b"{}<MessageId>m</MessageId>")])

    event("refused" if report.has_errors() else "taken")
    if not report.has_errors() or "EndpointId" in arguments:
        return
    with pytest.raises(ParamValidationError):
        getattr(client, xform_name(operation))(**arguments)
    assert client.transport.requests == []


@EVERY_OPERATION
# The fault is always the same one; what else is given must not matter.
@settings(max_examples=5)
@given(data=st.data())
def test_a_misspelt_argument_is_refused_as_boto3_refuses_it(
    service: str, operation: str, data: st.DataObject
) -> None:
    arguments = {**data.draw(arguments_of(service, operation)), "Misspelt": "x"}
    shape = operation_model(service, operation).input_shape
    theirs = BotocoreError(report=ParamValidator().validate(arguments, shape).generate_report())
    start, _, names = str(theirs).partition("must be one of: ")

    with pytest.raises(ParamValidationError) as refused:
        getattr(small_client(service, []), xform_name(operation))(**arguments)

    ours, _, our_names = str(refused.value).partition("must be one of: ")
    assert ours == start
    assert set(our_names.split(", ")) == set(names.split(", "))


@pytest.mark.parametrize(
    ("operation", "arguments", "message"),
    [
        (
            "transact_write_items",
            {"TransactItems": [{"Put": {"TableName": "t", "Item": {}, "ConditionExpresion": "x"}}]},
            r'Unknown parameter in TransactItems\[0\]\.Put: "ConditionExpresion", must be one of',
        ),
        ("get_item", {"Key": {}}, 'Missing required parameter in input: "TableName"'),
        (
            "get_item",
            {"TableName": "t", "Key": {"n": {"N": 1}}},
            r"Invalid type for parameter Key\.n\.N, type: <class 'int'>, valid types: .*'str'",
        ),
        ("query", {"TableName": "t", "Limit": "5"}, "Invalid type for parameter Limit, type: "),
    ],
)
def test_the_error_says_what_is_wrong_and_where(
    operation: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParamValidationError, match=f"Parameter validation failed:\n{message}"):
        getattr(small_client("dynamodb", []), operation)(**arguments)


def test_values_are_not_shown() -> None:
    with pytest.raises(ParamValidationError) as refused:
        small_client("dynamodb", []).get_item(TableName="t", Key={"n": {"S": b"secret"}})

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["scan", "receive_message", "exceptions", "get_paginator"])
@pytest.mark.parametrize("service", SMALL_CLIENTS)
def test_what_a_small_client_lacks_is_an_error_that_names_boto3s(service: str, name: str) -> None:
    with pytest.raises(AttributeError, match=rf"has no {name}.*aws\.boto3_client\('{service}'\)"):
        getattr(small_client(service, []), name)

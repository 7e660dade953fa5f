"""Arguments of an operation, generated from botocore's model of it."""

from __future__ import annotations

import copy
import functools
import string
from collections.abc import Iterator, Sequence
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel, Shape
from hypothesis import assume, settings
from hypothesis import strategies as st

OPERATIONS = {
    "dynamodb": [
        "GetItem",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "Query",
        "BatchWriteItem",
        "TransactWriteItems",
    ],
    "lambda": ["Invoke"],
    "sqs": ["SendMessage", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes"],
    "sesv2": ["SendEmail"],
    "sns": ["Publish"],
    "events": ["PutEvents"],
    "secretsmanager": ["GetSecretValue"],
    "ssm": ["GetParameter"],
}
"""What the small clients have; a test compares it with their methods."""

CASES = [(service, each) for service, operations in OPERATIONS.items() for each in operations]
EVERY_OPERATION = pytest.mark.parametrize(("service", "operation"), CASES)
OF_EACH = settings(max_examples=25)
"""Operations have most of their shapes in common: together they try four hundred."""

_ANY_KIND: list[Any] = ["x", b"x", 1, 1.5, True, None, ["x"], [1], {"x": "x"}, {"x": 1}, {1: "x"}]
_DEPTH = 3
_TEXT = st.sampled_from(["é\U0001f600\u2028", "\x00", '"B": "', "x"]) | st.text(
    min_size=1, max_size=3
)
_NAMES = st.sampled_from(["B", "BS", "S", "Raw", "Data"]) | _TEXT
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "blob": st.binary(max_size=4) | st.binary(max_size=4).map(bytearray) | _TEXT,
    "boolean": st.booleans(),
    "integer": st.integers(1, 900),
    "long": st.integers(1, 900),
    "string": _TEXT,
    "timestamp": st.integers(1, 900),
}
_HEADER = st.text(string.ascii_letters + string.digits + "+/=-", min_size=1, max_size=9)


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel:
    return _service_model(service).operation_model(operation)


@functools.cache
def _service_model(service: str) -> ServiceModel:
    return _session().get_service_model(service)


_session = functools.cache(botocore.session.get_session)


@functools.cache
def arguments_of(service: str, operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return what botocore accepts; blobs are bytes, bytearrays and texts."""
    model = operation_model(service, operation)
    # Made by either client if left out, and different ones.
    always = frozenset(model.idempotent_members)
    never = frozenset({"EndpointId"})
    return _structure(model.input_shape, 0, always=always, never=never)


@functools.cache
def with_bytes_for_a_text(
    service: str, operation: str
) -> st.SearchStrategy[tuple[dict[str, Any], str]]:
    """Return such arguments with bytes where one text was, and where that is."""

    @st.composite
    def replaced(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
        arguments = copy.deepcopy(draw(arguments_of(service, operation)))
        shape = operation_model(service, operation).input_shape
        paths = list(_paths(shape, arguments, "string"))
        assume(paths)
        *parents, last = draw(st.sampled_from(paths))
        container = arguments
        for each in parents:
            container = container[each]
        container[last] = container[last].encode()
        return arguments, path_text([*parents, last])

    return replaced()


@functools.cache
def with_a_fault(service: str, operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return such arguments with a misspelt, a missing or a mistyped member somewhere."""

    @st.composite
    def faulty(draw: st.DrawFn) -> dict[str, Any]:
        arguments = copy.deepcopy(draw(arguments_of(service, operation)))
        shape = operation_model(service, operation).input_shape
        *parents, last = draw(st.sampled_from(list(_members(shape, arguments))))
        container = arguments
        for each in parents:
            container = container[each]
        fault = draw(st.sampled_from(["misspelt", "missing", "mistyped"]))
        value = container[last] if fault == "mistyped" else container.pop(last)
        if fault == "misspelt":
            container[f"{last}s"] = value
        elif fault == "mistyped":
            others = [each for each in _ANY_KIND if not isinstance(each, type(value))]
            container[last] = draw(st.sampled_from(others))
        return arguments

    return faulty()


def path_text(path: Sequence[str | int]) -> str:
    """Return the path as botocore writes it."""
    texts = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in path]
    return "".join(texts).removeprefix(".")


def blob_paths(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where a shape has blobs; DynamoDB's attribute values are left out."""
    if shape.type_name == "blob":
        yield path
    elif shape.type_name == "list":
        yield from blob_paths(shape.member, (*path, "*"))
    elif shape.type_name == "map":
        yield from blob_paths(shape.value, (*path, "*"))
    elif shape.type_name == "structure" and shape.name != "AttributeValue":
        for name, member in shape.members.items():
            yield from blob_paths(member, (*path, name))


def _members(shape: Shape, value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where members of structures are."""
    if shape.type_name == "structure":
        for name, each in value.items():
            yield (*path, name)
            yield from _members(shape.members[name], each, (*path, name))
    elif shape.type_name == "list":
        for index, each in enumerate(value):
            yield from _members(shape.member, each, (*path, index))
    elif shape.type_name == "map":
        for key, each in value.items():
            yield from _members(shape.value, each, (*path, key))


def _paths(shape: Shape, value: Any, kind: str, path: tuple[Any, ...] = ()) -> Iterator[Any]:
    if shape.type_name == kind:
        yield path
    elif shape.type_name == "list":
        for index, each in enumerate(value):
            yield from _paths(shape.member, each, kind, (*path, index))
    elif shape.type_name == "map":
        for key, each in value.items():
            yield from _paths(shape.value, each, kind, (*path, key))
    elif shape.type_name == "structure":
        for name, each in value.items():
            yield from _paths(shape.members[name], each, kind, (*path, name))


@functools.cache
def _values(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    least = shape.metadata.get("min", 0)
    if shape.type_name == "structure":
        return _structure(shape, depth + 1)
    if shape.type_name == "list":
        return st.lists(_values(shape.member, depth + 1), min_size=least, max_size=least + 1)
    if shape.type_name == "map":
        # DynamoDB rejects names of expressions that do not begin so.
        names = shape.key.name == "ExpressionAttributeNameVariable"
        keys = _TEXT.map("#{}".format) if names else _NAMES
        return st.dictionaries(keys, _values(shape.value, depth + 1), max_size=2)
    if shape.serialization.get("location") == "header":
        return _HEADER
    if shape.type_name == "string":
        return _TEXT.map(lambda text: text.ljust(least, "x"))
    return _SCALARS[shape.type_name]


def _structure(
    shape: Shape,
    depth: int,
    *,
    always: frozenset[str] = frozenset(),
    never: frozenset[str] = frozenset(),
) -> st.SearchStrategy[dict[str, Any]]:
    required = {*shape.required_members, *always}
    names = [
        name
        for name, each in shape.members.items()
        if name not in never and (depth <= _DEPTH or name in required or _is_flat(each))
    ]
    members = {name: _values(shape.members[name], depth) for name in names}
    if shape.name == "AttributeValue":
        # Exactly one.
        return st.one_of(*(st.fixed_dictionaries({name: members[name]}) for name in members))
    return st.fixed_dictionaries(
        {name: each for name, each in members.items() if name in required},
        optional={name: each for name, each in members.items() if name not in required},
    )


def _is_flat(shape: Shape) -> bool:
    if shape.type_name == "list":
        return _is_flat(shape.member)
    return shape.type_name in _SCALARS

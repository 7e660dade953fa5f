"""Which inputs a resource type has: names, types, required ones, from the classes of the SDK.

pulumi_aws is generated from the provider's schema, so its classes know what the provider checks.
This check is stricter in one point: the provider turns text into a number, and a number into text.
"""

from __future__ import annotations

import collections.abc
import difflib
import inspect
import sys
import threading
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import pulumi
from pulumi._types import input_type_py_to_pulumi_names, is_input_type

UNKNOWN = pulumi.runtime.rpc.UNKNOWN
"""Stands for a value that a preview does not know yet."""

_PRIMITIVES = {bool: "boolean", int: "integer", float: "number", str: "string"}
_ASSETS = (pulumi.Asset, pulumi.Archive)
_SIMILAR = 0.6
_IMPORTING = threading.Lock()


class Property(NamedTuple):
    """An input of a resource, or of an object in one."""

    hint: Any
    """Its type, as the SDK annotates it."""

    scope: str
    """The module whose names the annotation uses."""

    required: bool


class Problem(NamedTuple):
    """What is wrong with one input, worded as the provider words it."""

    path: str
    reason: str


class UnknownTypeError(LookupError):
    """The SDK has no such resource type."""


def properties(token: str) -> Mapping[str, Property]:
    """The inputs of a resource type by their names; UnknownTypeError if there is no such type."""
    return _properties(_args_class(token))


def _args_class(token: str) -> type:
    # A second thread could see the SDK's lazy modules half imported.
    with _IMPORTING:
        return _imported_args_class(token)


@cache
def _imported_args_class(token: str) -> type:
    """The class of the arguments of a type, e.g. pulumi_aws.sqs.QueueArgs."""
    _, module, name = token.split(":")
    package = module.partition("/")[0]
    # The SDK appends an underscore to a package whose name is a keyword of Python.
    suffixes = ("", "_")
    for suffix in suffixes:
        try:
            found = getattr(import_module(f"pulumi_aws.{package}{suffix}"), f"{name}Args", None)
        except ModuleNotFoundError:
            continue
        if found is not None:
            return typing.cast("type", found)
    raise UnknownTypeError(token)


@cache
def _properties(cls: type) -> Mapping[str, Property]:
    names = input_type_py_to_pulumi_names(cls)
    _, *parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    return {
        names.get(parameter.name, parameter.name): Property(
            parameter.annotation, cls.__module__, parameter.default is parameter.empty
        )
        for parameter in parameters
    }


def problems(token: str, inputs: Mapping[str, Any]) -> list[Problem]:
    """What the provider would reject about the inputs of a resource of the type."""
    return list(_of_object(_args_class(token), inputs, ""))


def _of_object(cls: type, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    known = _properties(cls)
    for name, inner in value.items():
        # Pulumi's own, such as __defaults.
        if name.startswith("__"):
            continue
        where = f"{path}.{name}" if path else name
        if name not in known:
            yield Problem(
                where, f'an unexpected argument "{name}" was provided{_hint(name, known)}'
            )
        elif inner is not None:
            yield from _of_value(known[name], inner, where)
    for name, expected in known.items():
        if expected.required and value.get(name) is None:
            where = f"{path}.{name}" if path else name
            yield Problem(where, f'the argument "{name}" is required, but no definition was found')


def _hint(name: str, known: Mapping[str, Property]) -> str:
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.replace("_", "").lower(), by_lower, n=1, cutoff=_SIMILAR)
    expected = by_lower[near[0]] if near else f"one of {', '.join(sorted(known))}"
    return f" (did you mean {expected}?)"


def _of_value(expected: Property, value: Any, path: str) -> Iterator[Problem]:
    if value == UNKNOWN:
        return
    kinds = alternatives(expected)
    fitting = [kind for kind in kinds if _has_shape(kind, value)]
    if not fitting:
        names = " or ".join(dict.fromkeys(_name(kind) for kind in kinds))
        yield Problem(path, f"expected {names} type, got {_name_of_value(value)} type")
        return
    [kind, *_] = fitting
    if isinstance(kind, type) and is_input_type(kind):
        yield from _of_object(kind, value, path)
    elif _is_list(kind) or _is_map(kind):
        inner_type = expected._replace(hint=typing.get_args(kind)[-1])
        for key, inner in value.items() if _is_map(kind) else enumerate(value):
            if not str(key).startswith("__"):
                where = f"{path}.{key}" if _is_map(kind) else f"{path}[{key}]"
                yield from _of_value(inner_type, inner, where)


def alternatives(expected: Property) -> list[Any]:
    """The types that the value of an input may have, e.g. text or an object."""
    hint = expected.hint
    # Resolved here, and not by typing.get_type_hints: that takes seconds for a large program.
    if isinstance(hint, typing.ForwardRef):
        hint = vars(sys.modules[expected.scope])[hint.__forward_arg__]
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return [] if _is_plumbing(hint) else [hint]
    return [
        kind
        for member in typing.get_args(hint)
        if not _is_plumbing(member)
        for kind in alternatives(expected._replace(hint=member))
    ]


def _is_plumbing(hint: Any) -> bool:
    """Whether it is a part of pulumi.Input that no value has now: None, an output, awaited."""
    if isinstance(hint, typing.ForwardRef):
        return hint.__forward_arg__.startswith("Output[")
    origin = typing.get_origin(hint)
    return (
        hint is types.NoneType
        or origin in (pulumi.Output, collections.abc.Awaitable)
        or typing.is_typeddict(hint)
    )


def _is_list(kind: Any) -> bool:
    return typing.get_origin(kind) is collections.abc.Sequence


def _is_map(kind: Any) -> bool:
    return typing.get_origin(kind) is collections.abc.Mapping


def _is_object(kind: Any) -> bool:
    return _is_map(kind) or is_input_type(kind)


def _has_shape(kind: Any, value: Any) -> bool:
    if kind is Any:
        return True
    if _is_list(kind):
        return isinstance(value, list | tuple)
    if _is_object(kind):
        return isinstance(value, Mapping)
    if issubclass(kind, _ASSETS):
        return isinstance(value, _ASSETS)
    return _is_primitive(kind, value)


def _is_primitive(kind: type, value: Any) -> bool:
    if issubclass(kind, Enum):
        return isinstance(value, str | Enum)
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, int | float if kind is float else kind)


def _name(kind: Any) -> str:
    if _is_list(kind):
        return "array"
    if _is_object(kind):
        return "object"
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind]
    if issubclass(kind, Enum):
        return "string"
    return "archive" if issubclass(kind, pulumi.Archive) else "asset"


def _name_of_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "object"
    if isinstance(value, list | tuple):
        return "array"
    if isinstance(value, _ASSETS):
        return "archive" if isinstance(value, pulumi.Archive) else "asset"
    if isinstance(value, float):
        return "number"
    return _PRIMITIVES.get(type(value), type(value).__name__)

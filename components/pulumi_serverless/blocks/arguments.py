"""Arguments that are checked when they are given: the annotation says what each takes.

A class of arguments derives from `Arguments`. The type of each field, and the limits that its
annotation carries (`Annotated[int, Between(1, 900)]`), are compared with the value, so that a bad
one fails in preview, in the words of the component: what is wrong, the limit, and what it got. So
are the arguments of public methods, and of functions that are `checked`.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, TypeVar, get_args, get_origin

import pulumi

from pulumi_serverless.blocks.argument_checks import (
    Limit,
    got,
    is_number,
    require_list,
    require_mapping,
    require_one_of,
    require_text,
)

_UNIONS = (typing.Union, types.UnionType)
_LATER = (pulumi.Output, Awaitable)
# What pulumi.Input stands for has "Output[T]" in it, as text.
_NAMES = {"Output": pulumi.Output, "T": Any}

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function raise ValueError for an argument that does not fit its annotation.

    Those that are given by position begin with the object, if it is a method.
    """
    parameters = inspect.signature(function)
    owner, _, method = function.__qualname__.rpartition(".")

    @functools.wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> R:
        annotations = _hints_of(typing.cast(Hashable, function))
        # Of the class that was called, which may inherit the method.
        of = f"{type(given[0]).__name__ if owner else ''}.{method}".lstrip(".")
        for name, value in parameters.bind(*given, **named).arguments.items():
            if name in annotations:
                several = parameters.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
                annotation = Sequence[annotations[name]] if several else annotations[name]  # type: ignore[valid-type]
                try:
                    check(name, value, annotation)
                except ValueError as error:
                    raise ValueError(f"{of}: {error}") from None
        return function(*given, **named)

    return call


def check_public_methods(owner: type[Any]) -> None:
    """Let the public methods of a class check their arguments."""
    for name, member in list(vars(owner).items()):
        public = inspect.isfunction(member) and not name.startswith("_")
        if public and len(inspect.signature(member).parameters) > 1:
            setattr(owner, name, checked(member))


@functools.cache
def _hints_of(function: Any) -> Mapping[str, Any]:
    hints = typing.get_type_hints(function, localns=_NAMES, include_extras=True)
    return {name: hint for name, hint in hints.items() if name != "return"}


class Arguments:
    """Base of the classes of arguments. Raises ValueError for what does not fit a field."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        check_public_methods(cls)

    def __post_init__(self) -> None:
        for field, annotation in annotations_of(type(self)).items():
            check(field, getattr(self, field), annotation)


@dataclasses.dataclass(frozen=True)
class SameAs:
    """The limits of another class' field, for a setting that is passed on to it."""

    owner: type[Any]
    field: str

    def require(self, what: str, value: object) -> None:
        """Raise ValueError unless the other class accepts the value."""
        check(what, value, annotations_of(self.owner)[self.field])


def annotations_of(owner: type[Any]) -> Mapping[str, Any]:
    """Return what each field of a dataclass may be."""
    return _annotations_of(typing.cast(Hashable, owner))


@functools.cache
def _annotations_of(owner: Any) -> Mapping[str, Any]:
    hints = typing.get_type_hints(owner, localns=_NAMES, include_extras=True)
    return {each.name: hints[each.name] for each in dataclasses.fields(owner) if each.init}


def check(what: str, value: object, annotation: Any) -> None:
    """Raise ValueError, beginning with `what`, unless the annotation allows the value."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        check(what, value, parts[0])
        _check_limits(what, value, parts[1:])
    elif origin in _UNIONS:
        _check_union(what, value, parts)
    elif origin is Literal:
        require_one_of(what, value, parts)
    elif origin in (Sequence, Mapping):
        _check_entries(what, value, origin, parts)
    elif annotation is not Any:
        _check_plain(what, value, origin or annotation)


def _check_limits(what: str, value: object, limits: tuple[object, ...]) -> None:
    # What is left out has no limit, and what is known only later cannot be compared.
    if value is not None and not isinstance(value, _LATER):
        for limit in limits:
            if isinstance(limit, Limit):
                limit.require(what, value)


def _check_entries(what: str, value: Any, origin: Any, parts: tuple[Any, ...]) -> None:
    if origin is Sequence:
        require_list(what, value)
        for number, each in enumerate(value):
            check(f"{what}[{number}]", each, parts[0])
        return
    require_mapping(what, value)
    for key, each in value.items():
        check(f"a key of {what}", key, parts[0])
        check(f"{what}[{key!r}]", each, parts[1])


def _check_union(what: str, value: object, members: tuple[Any, ...]) -> None:
    if value is None and type(None) in members:
        return
    later = any(pulumi.Output in (each, get_origin(each)) for each in members)
    # Input allows a coroutine as well.
    if later and isinstance(value, _LATER):
        return
    not_plain = (pulumi.Output, Awaitable, type(None))
    kinds = [each for each in members if (get_origin(each) or each) not in not_plain]
    if len(kinds) == 1:
        check(what, value, kinds[0])
    elif not any(_fits(what, value, each) for each in kinds):
        names = " or ".join(_a(getattr(each, "__name__", str(each))) for each in kinds)
        raise ValueError(f"{what} must be {names}, got {got(value)}")


def _fits(what: str, value: object, annotation: Any) -> bool:
    try:
        check(what, value, annotation)
    except ValueError:
        return False
    return True


def _check_plain(what: str, value: object, kind: Any) -> None:
    if kind is str:
        require_text(what, value)
    elif kind is bool:
        _require(isinstance(value, bool), what, "True or False", value)
    elif kind is int:
        _require(is_number(value) and isinstance(value, int), what, "a whole number", value)
    elif kind is float:
        _require(is_number(value), what, "a number", value)
    elif kind is Callable:
        _require(callable(value), what, "a function", value)
    elif getattr(kind, "_is_protocol", False):
        lacking = [name for name in _members(kind) if not hasattr(value, name)]
        needed = f"{_a(kind.__name__)} (it has no {', '.join(lacking)})"
        _require(not lacking, what, needed, value)
    else:
        _require(isinstance(value, kind), what, _a(kind.__name__), value)


def _a(name: str) -> str:
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def _require(fits: bool, what: str, needed: str, value: object) -> None:
    if not fits:
        raise ValueError(f"{what} must be {needed}, got {got(value)}")


def _members(protocol: type[Any]) -> list[str]:
    """What an object needs to follow a protocol."""
    declared = {**vars(protocol), **vars(protocol).get("__annotations__", {})}
    return sorted(name for name in declared if not name.startswith("_"))

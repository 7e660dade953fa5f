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
import typing
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import pulumi

from pulumi_serverless.blocks.annotation_checks import Check, check_of

# What pulumi.Input stands for has "Output[T]" in it, as text.
_NAMES = {"Output": pulumi.Output, "T": Any}

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function raise ValueError for an argument that does not fit its annotation.

    Those that are given by position begin with the object, if it is a method.
    """
    owner, _, method = function.__qualname__.rpartition(".")

    @functools.wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> R:
        names, rest, checks = _parameters_of(typing.cast(Hashable, function))
        # Not bound to the signature, which takes longer: what does not fit it, Python refuses.
        values = {**dict(zip(names, given, strict=False)), **named, rest: given[len(names) :]}
        for name, check in checks.items():
            if name in values:
                try:
                    check(name, values[name])
                except ValueError as error:
                    # Of the class that was called, which may inherit the method.
                    of = f"{type(given[0]).__name__ if owner else ''}.{method}".lstrip(".")
                    raise ValueError(f"{of}: {error}") from None
        return function(*given, **named)

    return call


def check_public_methods(owner: type[Any]) -> None:
    """Let the public methods of a class check their arguments."""
    for name, member in list(vars(owner).items()):
        if inspect.isfunction(member) and not name.startswith("_"):
            setattr(owner, name, checked(member))


@functools.cache
def _parameters_of(function: Any) -> tuple[Sequence[str], str, Mapping[str, Check]]:
    """Return the parameters by position, the one that takes all others, and the check of each."""
    hints = typing.get_type_hints(function, localns=_NAMES, include_extras=True)
    parameters = inspect.signature(function).parameters
    names = [name for name, each in parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    rest = next((name for name, each in parameters.items() if each.kind is each.VAR_POSITIONAL), "")
    checks = {
        name: check_of(Sequence[hints[name]] if name == rest else hints[name])  # type: ignore[valid-type]
        for name in parameters
        if name in hints
    }
    return names, rest, checks


class Arguments:
    """Base of the classes of arguments. Raises ValueError for what does not fit a field."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        check_public_methods(cls)

    def __post_init__(self) -> None:
        for field, check in _checks_of_fields(typing.cast(Hashable, type(self))).items():
            check(field, getattr(self, field))


@dataclasses.dataclass(frozen=True)
class SameAs:
    """The limits of another class' field, for a setting that is passed on to it."""

    owner: type[Any]
    field: str

    def require(self, what: str, value: object) -> None:
        """Raise ValueError unless the other class accepts the value."""
        _checks_of_fields(typing.cast(Hashable, self.owner))[self.field](what, value)


def annotations_of(owner: type[Any]) -> Mapping[str, Any]:
    """Return what each field of a dataclass may be."""
    return _annotations_of(typing.cast(Hashable, owner))


@functools.cache
def _annotations_of(owner: Any) -> Mapping[str, Any]:
    hints = typing.get_type_hints(owner, localns=_NAMES, include_extras=True)
    return {each.name: hints[each.name] for each in dataclasses.fields(owner) if each.init}


@functools.cache
def _checks_of_fields(owner: Any) -> Mapping[str, Check]:
    return {name: check_of(annotation) for name, annotation in _annotations_of(owner).items()}

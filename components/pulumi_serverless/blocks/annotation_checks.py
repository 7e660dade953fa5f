"""What an annotation allows, as a function that checks a value."""

from __future__ import annotations

import types
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

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

Check = Callable[[str, Any], None]
"""Raises ValueError, which begins with the text, unless the value fits."""

_UNIONS = (typing.Union, types.UnionType)
_LATER = (pulumi.Output, Awaitable)
_PLAIN: Mapping[Any, tuple[Callable[[object], bool], str]] = {
    bool: (lambda value: isinstance(value, bool), "True or False"),
    int: (lambda value: is_number(value) and isinstance(value, int), "a whole number"),
    float: (is_number, "a number"),
    Callable: (callable, "a function"),
}


def check_of(annotation: Any) -> Check:
    """Return what raises ValueError, beginning with the text that it is given, unless the
    annotation allows the value. An annotation is taken apart once, and not for each value."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return _limited(check_of(parts[0]), parts[1:])
    if origin in _UNIONS:
        return _any_of(parts)
    if origin is Literal:
        return lambda what, value: require_one_of(what, value, parts)
    if origin is Sequence:
        return _list_of(check_of(parts[0]))
    if origin is Mapping:
        return _mapping_of(check_of(parts[0]), check_of(parts[1]))
    return _anything if annotation is Any else _plain(origin or annotation)


def _anything(_what: str, _value: object) -> None:
    """Nothing to check."""


def _limited(kind: Check, limits: Sequence[Any]) -> Check:
    required = [each.require for each in limits if isinstance(each, Limit)]

    def check(what: str, value: object) -> None:
        kind(what, value)
        # What is left out has no limit, and what is known only later cannot be compared.
        if value is not None and not isinstance(value, _LATER):
            for require in required:
                require(what, value)

    return check


def _list_of(entry: Check) -> Check:
    def check(what: str, value: Any) -> None:
        require_list(what, value)
        for number, each in enumerate(value):
            entry(f"{what}[{number}]", each)

    return check


def _mapping_of(key: Check, entry: Check) -> Check:
    def check(what: str, value: Any) -> None:
        require_mapping(what, value)
        for name, each in value.items():
            key(f"a key of {what}", name)
            entry(f"{what}[{name!r}]", each)

    return check


def _any_of(members: Sequence[Any]) -> Check:
    optional = type(None) in members
    later = any(pulumi.Output in (each, get_origin(each)) for each in members)
    # Input allows a coroutine as well.
    not_plain = (pulumi.Output, Awaitable, type(None))
    kinds = [each for each in members if (get_origin(each) or each) not in not_plain]
    checks = [check_of(each) for each in kinds]
    names = " or ".join(_a(getattr(each, "__name__", str(each))) for each in kinds)

    def check(what: str, value: object) -> None:
        if (value is None and optional) or (later and isinstance(value, _LATER)):
            return
        if len(checks) == 1:
            checks[0](what, value)
        elif not any(_fits(each, what, value) for each in checks):
            raise ValueError(f"{what} must be {names}, got {got(value)}")

    return check


def _fits(check: Check, what: str, value: object) -> bool:
    try:
        check(what, value)
    except ValueError:
        return False
    return True


def _plain(kind: Any) -> Check:
    if kind is str:
        return require_text
    if kind in _PLAIN:
        return _required(*_PLAIN[kind])
    if getattr(kind, "_is_protocol", False):
        return _following(kind)
    return _required(lambda value: isinstance(value, kind), _a(kind.__name__))


def _required(fits: Callable[[object], bool], needed: str) -> Check:
    def check(what: str, value: object) -> None:
        if not fits(value):
            raise ValueError(f"{what} must be {needed}, got {got(value)}")

    return check


def _following(protocol: type[Any]) -> Check:
    members = _members(protocol)

    def check(what: str, value: object) -> None:
        lacking = [name for name in members if not hasattr(value, name)]
        if lacking:
            raise ValueError(
                f"{what} must be {_a(protocol.__name__)} (it has no {', '.join(lacking)}), "
                f"got {got(value)}"
            )

    return check


def _a(name: str) -> str:
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def _members(protocol: type[Any]) -> list[str]:
    """What an object needs to follow a protocol."""
    declared = {**vars(protocol), **vars(protocol).get("__annotations__", {})}
    return sorted(name for name in declared if not name.startswith("_"))

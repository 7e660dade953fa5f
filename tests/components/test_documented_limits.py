"""What the documentation says of the limits and the default of an argument is what holds."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import re
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

import pytest

from pulumi_serverless.blocks.argument_checks import AtLeast, Between, Size
from pulumi_serverless.blocks.arguments import SameAs, annotations_of
from scripts.make_reference import PAGE
from tests.components.argument_values import ARGUMENTS, refusal, samples

_ENDLESS = 1_000_000
"""As good as no upper limit."""

Limit = AtLeast | Between | Size


def limits(annotation: Any) -> Iterator[Limit]:
    """Yield those of the value itself, not of its entries."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for each in parts[1:]:
            if isinstance(each, SameAs):
                yield from limits(annotations_of(each.owner)[each.field])
            elif isinstance(each, Limit):
                yield each
    elif origin in (Union, types.UnionType):
        for part in parts:
            yield from limits(part)


@functools.cache
def classes_in(module: str) -> Mapping[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {each.name: each for each in ast.walk(tree) if isinstance(each, ast.ClassDef)}


def documentation(owner: type[Any]) -> dict[str, str]:
    """Return what is written below each field."""
    found: dict[str, str] = {}
    for each in reversed(owner.__mro__):
        if each.__module__.startswith(("pulumi_serverless", "serverless_runtime")):
            tree = classes_in(each.__module__)[each.__name__]
            for field, text in zip(tree.body, tree.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    found[ast.unparse(field.target)] = " ".join(
                        str(ast.literal_eval(text.value)).split()
                    )
    return found


def phrases(limit: Limit) -> set[str]:
    """Return the ways to write it."""
    if isinstance(limit, AtLeast) or limit.high == _ENDLESS:
        return {f"{limit.low} or more", f"{limit.low} to all"}
    return {f"{limit.low} to {limit.high}", *({f"at most {limit.high}"} if not limit.low else ())}


LIMITED = [
    (owner, name, limit)
    for owner in ARGUMENTS
    for name, annotation in annotations_of(owner).items()
    for limit in limits(annotation)
]


def test_there_are_limits_to_test() -> None:
    assert len(LIMITED) > 100


@pytest.mark.parametrize(
    ("owner", "name", "limit"),
    LIMITED,
    ids=[f"{owner.__name__}.{name}" for owner, name, _ in LIMITED],
)
def test_a_limit_is_documented_as_it_is_checked(owner: type[Any], name: str, limit: Limit) -> None:
    written = documentation(owner).get(name, "")

    assert any(phrase in written for phrase in phrases(limit)), (phrases(limit), written)


@pytest.mark.parametrize(
    ("owner", "name", "limit"),
    [each for each in LIMITED if isinstance(each[2], Between)],
    ids=[f"{owner.__name__}.{name}" for owner, name, each in LIMITED if isinstance(each, Between)],
)
def test_a_value_at_its_limit_is_accepted(owner: type[Any], name: str, limit: Between) -> None:
    # Other arguments may not go with it; that is another error.
    for value in (limit.low, limit.high):
        assert f"{name} must be between" not in refusal(owner, samples(), **{name: value})


def defaults() -> dict[tuple[str, str], Any]:
    """Return the defaults in the reference that are plain values, by class and field."""
    found = {}
    for section in PAGE.read_text().split("\n### ")[1:]:
        owner = section.partition("\n")[0].strip("`")
        for name, text in re.findall(r"\n```python\n(\w+): .* = (\S+)\n```", section):
            try:
                found[owner, name] = ast.literal_eval(text)
            except ValueError:
                continue
    return found


def test_a_default_is_the_one_in_the_reference() -> None:
    documented = defaults()
    actual = {
        (owner.__name__, field.name): field.default
        for owner in ARGUMENTS
        for field in dataclasses.fields(owner)
    }

    assert len(documented) > 60
    wrong = {
        key: value for key, value in documented.items() if key in actual and actual[key] != value
    }
    assert wrong == {}

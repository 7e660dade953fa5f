"""The tests' shortcuts through Pulumi's SDK lead to its own results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN

from pulumi_serverless.testing import record
from tests.cheaper_sdk import (
    SDKS_CONTAINS_UNKNOWNS,
    SDKS_CREATE_URN,
    SDKS_TRANSFER_PROPERTIES,
    contains_unknowns,
    create_urn,
    transfer_properties,
)
from tests.nested import nested

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(UNKNOWN)


def _containers(of: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(of, max_size=4) | st.dictionaries(st.text(max_size=3), of, max_size=4)


@given(nested(LEAVES, _containers, depth=3))
def test_the_same_values_contain_unknowns(value: object) -> None:
    assert contains_unknowns(value) == SDKS_CONTAINS_UNKNOWNS(value)


@pytest.mark.parametrize(
    "parent", [None, "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "no urn"]
)
def test_a_resource_has_the_same_urn(parent: str | None) -> None:
    urns: list[str] = []

    def program() -> None:
        made = [
            create("orders", "aws:sqs/queue:Queue", parent)
            for create in (create_urn, SDKS_CREATE_URN)
        ]
        pulumi.Output.all(*made).apply(urns.extend)

    record(program)

    assert len(urns) == 2
    assert urns[0] == urns[1]


class Thing:
    """Stands for a resource."""

    url: pulumi.Output[Any]


TRANSFERS = (transfer_properties, SDKS_TRANSFER_PROPERTIES)
OTHER = Thing()


async def _resolved(transfer: Callable[..., Any], *result: Any) -> tuple[Any, ...]:
    """What an output says of itself once its property has been resolved."""
    thing: Any = Thing()
    transfer(thing, ["url"], custom=True)["url"](*result)
    url = thing.url
    try:
        value = await url.future(with_unknowns=True)
    except ValueError as error:
        return (str(error),)
    resources = {each is thing or each for each in await url.resources()}
    return value, await url.is_known(), await url.is_secret(), resources


@pytest.mark.parametrize("resources", [None, set(), {OTHER}])
@pytest.mark.parametrize("value", ["https://x", None, {"a": [UNKNOWN]}])
@pytest.mark.parametrize("is_secret", [True, False])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_property_is_resolved_to_the_same(
    is_known: bool, is_secret: bool, value: Any, resources: Any
) -> None:
    result = (value, is_known, is_secret, resources, None)

    ours, sdks = (asyncio.run(_resolved(each, *result)) for each in TRANSFERS)

    assert ours == sdks


def test_a_property_fails_with_the_same_error() -> None:
    result = (None, False, False, None, ValueError("denied"))

    ours, sdks = (asyncio.run(_resolved(each, *result)) for each in TRANSFERS)

    assert ours == sdks == ("denied",)


@pytest.mark.parametrize("custom", [True, False])
def test_the_same_properties_are_left_to_others(custom: bool) -> None:
    async def names(transfer: Callable[..., Any]) -> tuple[Any, ...]:
        thing = Thing()
        resolvers = transfer(thing, ["urn", "id", "url"], custom)
        for resolve in resolvers.values():
            resolve("", True, False, None, None)
        return list(resolvers), list(vars(thing))

    ours, sdks = (asyncio.run(names(each)) for each in TRANSFERS)

    assert ours == sdks

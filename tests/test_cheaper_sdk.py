"""The tests' shortcuts through Pulumi's SDK lead to its own results."""

from __future__ import annotations

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN

from pulumi_serverless.testing import record
from tests.cheaper_sdk import (
    SDKS_CONTAINS_UNKNOWNS,
    SDKS_CREATE_URN,
    contains_unknowns,
    create_urn,
)

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(UNKNOWN)


def _values(of: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return LEAVES | st.lists(of, max_size=4) | st.dictionaries(st.text(max_size=3), of, max_size=4)


@given(_values(_values(_values(LEAVES))))
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

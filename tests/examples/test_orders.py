"""The README's example of a program of one's own: it deploys, and the README shows it as it is."""

from __future__ import annotations

import json

import pytest

from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.program.programs import ROOT, deploy

EXAMPLE = ROOT / "examples" / "orders"


@pytest.fixture(scope="module")
def orders() -> Graph:
    return deploy(EXAMPLE)


def test_the_readme_shows_the_example_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text()
    take, ship = (
        (EXAMPLE / "orders" / f"{name}.py").read_text() for name in ("take_order", "ship_order")
    )

    assert f"```python\n{(EXAMPLE / '__main__.py').read_text()}```" in readme
    for handler in (take, ship):
        assert f"```python\n{handler[handler.index('def handle') :]}```" in readme


def test_the_example_deploys(orders: Graph) -> None:
    assert set(orders.exports) == {"takeOrder", "operations"}
    names = {function.name for function in orders.of_type(FUNCTION)}
    assert names == {"ship-order", "take-order", "shipping-relay"}


def test_the_examples_caller_knows_the_target_and_may_invoke_it(orders: Graph) -> None:
    caller = orders.named("take-order", FUNCTION)
    assert caller.inputs["environment"]["variables"] == {
        "HANDOFF_SHIPPING_TARGET_ARN": "arn:ship-order",
        "HANDOFF_SHIPPING_OUTBOX_TABLE_NAME": "shipping-outbox-1a2b3c4",
    }
    policy = json.loads(
        orders.named("take-order-may-hand-off-shipping", ROLE_POLICY).inputs["policy"]
    )
    assert policy["Statement"][0]["Resource"] == ["arn:ship-order"]


def test_the_examples_target_may_lease_and_nothing_else(orders: Graph) -> None:
    target = orders.named("ship-order", FUNCTION)
    assert target.inputs["environment"]["variables"] == {
        "ONCE_TABLE_NAME": "shipments-1a2b3c4",
        "ONCE_LEASE_SECONDS": "60",
    }
    policy = json.loads(
        orders.named("ship-order-may-lease-shipments", ROLE_POLICY).inputs["policy"]
    )
    [statement] = policy["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        ["dynamodb:UpdateItem"],
        ["arn:shipments"],
    )

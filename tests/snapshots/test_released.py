from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_serverless.testing.mocks import record
from tests.program.programs import STACKS, run_stack
from tests.snapshots.files import last_release
from tests.snapshots.released import lost, released

HOW_TO_MEND = (
    "An update would delete these with what they hold. Give what stands for them now an alias: "
    "pulumi.ResourceOptions(aliases=[pulumi.Alias(name=..., parent=...)]). If they are to go, "
    "docs/upgrading.md says how."
)
QUEUE = "serverless:index:Orders$aws:sqs/queue:Queue::orders-queue"


@pytest.mark.parametrize("stack", STACKS)
def test_an_update_finds_every_resource_of_the_last_release_again(stack: str) -> None:
    gone = lost(last_release(), run_stack(stack))
    if gone:
        listed = "\n  ".join([f"stack {stack} has lost:", *gone])
        pytest.fail(f"{listed}\n{HOW_TO_MEND}", pytrace=False)


@dataclass(kw_only=True)
class Orders:
    """A component with a queue, and what a later version of it may change."""

    type: str = "Orders"
    name: str = "orders"
    child: str = "orders-queue"
    child_outside: bool = False
    was: Sequence[pulumi.Alias] = ()
    child_was: Sequence[pulumi.Alias] = ()

    def __call__(self) -> None:
        component = pulumi.ComponentResource(
            f"serverless:index:{self.type}",
            self.name,
            {},
            pulumi.ResourceOptions(aliases=list(self.was)),
        )
        aws.sqs.Queue(
            self.child,
            opts=pulumi.ResourceOptions(
                parent=None if self.child_outside else component,
                aliases=list(self.child_was),
            ),
        )


def lost_by(later: Orders) -> list[str]:
    """What stacks that hold the first version lose by an update to a later one."""
    return lost(released(record(Orders())), record(later))


def test_a_release_without_changes_loses_nothing() -> None:
    assert lost_by(Orders()) == []


@pytest.mark.parametrize(
    "later",
    [
        Orders(child="orders-mailbox"),
        Orders(name="sales", child="sales-queue"),
        Orders(type="Sales"),
        Orders(child_outside=True),
    ],
    ids=["child renamed", "component renamed", "component of another type", "child moved out"],
)
def test_a_change_of_name_type_or_parent_loses_the_resource(later: Orders) -> None:
    assert lost_by(later) == [QUEUE]


OLD_PARENT = "urn:pulumi:unit::test::serverless:index:Orders::orders"


@pytest.mark.parametrize(
    "later",
    [
        Orders(child="orders-mailbox", child_was=[pulumi.Alias(name="orders-queue")]),
        Orders(name="sales", child="sales-queue", was=[pulumi.Alias(name="orders")]),
        Orders(type="Sales", was=[pulumi.Alias(type_="serverless:index:Orders")]),
        Orders(child_outside=True, child_was=[pulumi.Alias(parent=OLD_PARENT)]),
        Orders(
            name="sales",
            child="sales-mailbox",
            was=[pulumi.Alias(name="orders")],
            child_was=[pulumi.Alias(name="sales-queue")],
        ),
    ],
    ids=[
        *("child renamed", "component renamed", "component of another type", "child moved out"),
        "both renamed",
    ],
)
def test_an_alias_leads_back_to_the_resource(later: Orders) -> None:
    assert lost_by(later) == []


def test_an_alias_to_a_resource_that_was_never_there_leads_nowhere() -> None:
    later = Orders(child="orders-mailbox", child_was=[pulumi.Alias(name="orders-quene")])
    assert lost_by(later) == [QUEUE]


def test_a_component_may_go_as_long_as_its_children_are_found() -> None:
    def without_component() -> None:
        aws.sqs.Queue(
            "orders-queue",
            opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(parent=OLD_PARENT)]),
        )

    assert lost(released(record(Orders())), record(without_component)) == []

from __future__ import annotations

import json
import re

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_serverless import Foundation, Key, Table, TableArgs
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.testing import Graph, record
from tests.components.argument_values import classes
from tests.program.programs import ROOT, run_stack
from tests.snapshots.difference import difference
from tests.snapshots.files import BASE, FOLDER, KEPT, current, kept
from tests.snapshots.graph_text import Blocks, as_text, differences, snapshot

HOW_TO_FIX = (
    "If this change is intended, run `make snapshot` and commit the files that it writes: "
    f"tests/snapshots/{BASE}.yaml has the whole stack, other stacks what differs from it, and "
    "examples the components that no stack has."
)


@pytest.mark.parametrize("name", KEPT)
def test_a_program_declares_what_its_snapshot_shows(name: str) -> None:
    found = difference(kept(name), current(name))
    if found:
        pytest.fail(f"{name} differs from its snapshot:\n{found}\n{HOW_TO_FIX}", pytrace=False)


def test_every_snapshot_is_of_a_program_that_exists() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} <= set(KEPT)


def test_every_component_is_in_a_snapshot() -> None:
    texts = [(FOLDER / f"{name}.yaml").read_text() for name in KEPT]
    shown = {each for text in texts for each in re.findall(r"^serverless:index:(\w+) ", text, re.M)}
    made = {each.__name__ for each in classes(Component) if not each.__subclasses__()}

    assert made - shown == {"ExistingFunction"}, "of which a program declares nothing"


def test_two_stacks_differ_in_values_by_their_path_and_in_resources() -> None:
    kept_queue = record(lambda: [aws.sqs.Queue("q", tags={"a": "1", "b": "2"})])
    other = record(lambda: [aws.sqs.Queue("q", tags={"a": "1", "c": "3"}), aws.sns.Topic("t")])

    assert differences(snapshot(kept_queue), snapshot(other)) == {
        "aws:sqs/queue:Queue q": {"inputs.tags.b": None, "inputs.tags.c": "3"},
        "aws:sns/topic:Topic t": {},
    }
    assert differences(snapshot(other), snapshot(kept_queue))["aws:sns/topic:Topic t"] is None


def test_a_snapshot_names_no_folder_of_this_machine() -> None:
    assert str(ROOT) not in json.dumps(snapshot(run_stack("local")))


def tables(*, protect_data: bool, name: str = "orders") -> Graph:
    key = Key(partition="order_id", sort="line")
    foundation = Foundation(
        alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms", protect_data=protect_data
    )
    return record(lambda: Table(name, TableArgs(foundation=foundation, key=key)))


def test_a_difference_names_the_resource_and_shows_the_lines_that_changed() -> None:
    kept, now = tables(protect_data=True), tables(protect_data=False)

    assert difference(snapshot(kept), snapshot(now)).splitlines() == [
        "  changed: aws:dynamodb/table:Table orders",
        "     billingMode: PAY_PER_REQUEST",
        "-    deletionProtectionEnabled: true",
        "+    deletionProtectionEnabled: false",
        "     globalSecondaryIndexes: []",
        "     pointInTimeRecovery:",
        "-      enabled: true",
        "+      enabled: false",
        "     rangeKey: line",
        "   parent: serverless:index:Table orders",
        "-  protect: true",
    ]


def test_resources_that_are_new_or_gone_are_named() -> None:
    found = difference(
        snapshot(tables(protect_data=True)), snapshot(tables(protect_data=True, name="sales"))
    )

    assert "+ new: aws:dynamodb/table:Table sales" in found
    assert "- gone: aws:dynamodb/table:Table orders" in found
    assert difference({}, {}) == ""


def test_a_long_difference_is_truncated_with_a_note() -> None:
    queues: Blocks = {f"queue {number}": {"inputs": {"name": "q"}} for number in range(200)}

    assert difference({}, queues).splitlines()[-1].endswith("lines more")


def test_a_snapshot_shows_options() -> None:
    def program() -> None:
        owner = aws.sns.Topic("owner")
        aws.sqs.Queue(
            "queue",
            opts=pulumi.ResourceOptions(
                protect=True,
                ignore_changes=["tags"],
                deleted_with=owner,
                retain_on_delete=True,
            ),
        )

    text = as_text(snapshot(record(program)))

    for line in (
        *("protect: true", "retainOnDelete: true", "- tags"),
        "deletedWith: aws:sns/topic:Topic owner",
    ):
        assert line in text


def test_two_resources_that_share_type_and_name_keep_apart() -> None:
    def program() -> None:
        aws.sqs.Queue("queue")
        parent = aws.sns.Topic("parent")
        aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(parent=parent))

    assert len(snapshot(record(program))) == 3

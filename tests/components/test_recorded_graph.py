"""A test of a program finds one resource, or is told what there is instead."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import MockResourceArgs

from pulumi_serverless.testing import (
    AwsMocks,
    DuplicateResourceError,
    Graph,
    Resource,
    UnmockedCallError,
    queue_event,
    record,
    run_program,
)

QUEUE, TOPIC = "aws:sqs/queue:Queue", "aws:sns/topic:Topic"


@pytest.fixture
def graph() -> Graph:
    def program() -> None:
        aws.sqs.Queue("orders")
        aws.sns.Topic("orders")
        aws.sqs.Queue("mail")

    return record(program)


def test_a_resource_is_found_by_its_name_and_its_type_where_others_share_it(graph: Graph) -> None:
    assert graph.named("mail").type == QUEUE
    assert graph.named("orders", TOPIC).type == TOPIC
    assert graph.only(TOPIC).name == "orders"
    assert sorted(each.name for each in graph.of_type(QUEUE)) == ["mail", "orders"]


def _both(one: str, other: str) -> str:
    """A pattern of a list: what registers at the same time has no order."""
    return rf"\[('{one}', '{other}'|'{other}', '{one}')\]"


def test_several_or_none_of_a_name_are_an_error_with_what_there_is(graph: Graph) -> None:
    with pytest.raises(
        LookupError, match=r"expected one resource orders, found " + _both(QUEUE, TOPIC)
    ):
        graph.named("orders")
    with pytest.raises(LookupError, match=r"expected one resource bills, found \[\]"):
        graph.named("bills")
    with pytest.raises(
        LookupError, match=rf"expected one {QUEUE}, found " + _both("orders", "mail")
    ):
        graph.only(QUEUE)
    with pytest.raises(LookupError, match=r"expected one aws:s3/bucket:Bucket, found \[\]"):
        graph.only("aws:s3/bucket:Bucket")


STACK = "urn:pulumi:unit::test::pulumi:pulumi:Stack::test-unit"


def test_a_resource_is_recorded_with_its_options() -> None:
    def program() -> None:
        topic = aws.sns.Topic("events")
        aws.sqs.Queue(
            "orders",
            name_prefix=topic.name,
            tags={"token": pulumi.Output.secret("t")},
            opts=pulumi.ResourceOptions(
                parent=topic,
                protect=True,
                retain_on_delete=True,
                delete_before_replace=True,
                deleted_with=topic,
                ignore_changes=["tags"],
                replace_on_changes=["namePrefix"],
            ),
        )
        pulumi.export("queue", "orders")

    graph = record(program)

    topic = f"urn:pulumi:unit::test::{TOPIC}::events"
    assert graph.all[0].urn == STACK
    assert graph.exports == {"queue": "orders"}
    assert graph.all[1:] == [
        Resource(urn=topic, type=TOPIC, name="events", parent=STACK, custom=True, inputs={}),
        Resource(
            urn=f"urn:pulumi:unit::test::{TOPIC}${QUEUE}::orders",
            type=QUEUE,
            name="orders",
            parent=topic,
            custom=True,
            inputs={"namePrefix": "events-1a2b3c4", "tags": {"token": "t"}},
            secret_inputs=["tags"],
            outputs={},
            protect=True,
            retain_on_delete=True,
            delete_before_replace=True,
            deleted_with=topic,
            ignore_changes=["tags"],
            replace_on_changes=["namePrefix"],
            dependencies=[topic],
            property_dependencies={"namePrefix": [topic], "tags": []},
        ),
    ]


def test_a_component_is_recorded_with_what_it_registers() -> None:
    class Box(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:index:Box", "box")
            queue = aws.sqs.Queue("inside", opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({"url": queue.url})

    graph = record(Box)

    box = graph.named("box")
    assert (box.custom, box.outputs) == (False, {"url": "https://sqs/inside"})
    assert graph.named("inside").urn == f"urn:pulumi:unit::test::test:index:Box${QUEUE}::inside"


def test_two_resources_of_one_type_parent_and_name_are_refused() -> None:
    def twice() -> None:
        aws.sqs.Queue("orders")
        aws.sqs.Queue("orders")

    with pytest.raises(DuplicateResourceError, match=r"duplicate resource urn:.*give it another"):
        record(twice)


def test_in_a_preview_nothing_is_known_but_the_inputs() -> None:
    known: list[object] = []

    def program() -> None:
        queue = aws.sqs.Queue("orders", fifo_queue=True)
        queue.arn.apply(known.append)
        queue.fifo_queue.apply(known.append)

    run_program(program, mocks=AwsMocks(preview=True), preview=True)
    assert known == [True]
    run_program(program, mocks=AwsMocks())
    assert sorted(map(str, known)) == ["True", "True", "arn:orders"]


@pytest.mark.parametrize(
    ("mocks", "expected"),
    [
        (AwsMocks(), ["123456789012", "eu-west-1", "aws", "amazonaws.com"]),
        (
            AwsMocks(region="cn-north-1", partition="aws-cn"),
            ["123456789012", "cn-north-1", "aws-cn", "amazonaws.com.cn"],
        ),
        (
            AwsMocks(region="us-gov-west-1", partition="aws-us-gov"),
            ["123456789012", "us-gov-west-1", "aws-us-gov", "amazonaws.com"],
        ),
    ],
    ids=["aws", "china", "government"],
)
def test_mocks_say_where_the_program_runs(mocks: AwsMocks, expected: list[str]) -> None:
    def program() -> None:
        partition = aws.get_partition()
        found = [aws.get_caller_identity().account_id, aws.get_region().region]
        pulumi.export("found", [*found, partition.partition, partition.dns_suffix])

    assert run_program(program, mocks=mocks).exports["found"] == expected


def test_a_call_without_a_mock_is_named() -> None:
    with pytest.raises(UnmockedCallError, match=r"no mock for the provider call aws:sqs/getQueue:"):
        record(lambda: aws.sqs.get_queue(name="orders"))


class WatchedMocks(AwsMocks):
    """Notes what is made, of which so many are made side by side."""

    def __init__(self, *, responds_at_once: bool, side_by_side: int = 1) -> None:
        super().__init__()
        self.responds_at_once = responds_at_once
        self.made: list[str] = []
        self._others = threading.Barrier(side_by_side, timeout=60)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.made.append(args.name)
        self._others.wait()
        return super().new_resource(args)


def test_mocks_that_wait_for_something_make_resources_side_by_side() -> None:
    def program() -> None:
        for name in ("orders", "mail", "bills"):
            aws.sqs.Queue(name)

    run_program(program, mocks=WatchedMocks(responds_at_once=False, side_by_side=3))


@pytest.mark.parametrize("at_once", [True, False])
def test_a_program_that_is_refused_raises_its_error_with_its_cause(at_once: bool) -> None:
    def program() -> None:
        aws.sqs.Queue("orders")
        raise ValueError("refused") from KeyError("orders")

    mocks = WatchedMocks(responds_at_once=at_once)
    with pytest.raises(ValueError, match="refused") as refused:
        run_program(program, mocks=mocks)

    assert isinstance(refused.value.__cause__, KeyError)
    # What is really made must not be left half done.
    assert mocks.made == ([] if at_once else ["orders"])


def test_a_program_may_have_as_many_resources_as_a_stack() -> None:
    """Half as many as calls may be nested, and each takes several: none is made in another one."""

    def program() -> None:
        function = aws.lambda_.Function("orders", role="arn:aws:iam::123456789012:role/orders")
        for number in range(sys.getrecursionlimit() // 2):
            aws.lambda_.Alias(f"orders-{number}", function_name=function.name, function_version="1")

    assert len(record(program).all) > sys.getrecursionlimit() // 2


def test_a_program_has_its_own_configuration_and_stack() -> None:
    def program() -> None:
        config = pulumi.Config("shop")
        pulumi.export("found", [pulumi.get_project(), pulumi.get_stack(), config.get("colour")])
        pulumi.export("secret", config.get_secret("colour"))

    graph = run_program(
        program,
        project="shop",
        stack="dev",
        config={"shop:colour": "red"},
        secret_keys=["shop:colour"],
        mocks=AwsMocks(),
    )

    assert graph.exports["found"] == ["shop", "dev", "red"]
    assert graph.all[0].urn == "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"


def test_an_event_of_a_queue_is_as_lambda_gets_it() -> None:
    arn = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo"

    assert queue_event("text", {"a": 1}, attributes={"kind": "new"}) == {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"receipt-{number}",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1767225600000",
                },
                "messageAttributes": {"kind": {"stringValue": "new", "dataType": "String"}},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:work",
            }
            for number, body in enumerate(["text", json.dumps({"a": 1})])
        ]
    }
    [first, second] = queue_event("a", "b", queue_arn=arn, receives=3, group="g")["Records"]
    assert first["attributes"] == {
        "ApproximateReceiveCount": "3",
        "SentTimestamp": "1767225600000",
        "MessageGroupId": "g",
        "SequenceNumber": "0" * 20,
    }
    assert second["attributes"]["SequenceNumber"] == "0" * 19 + "1"
    assert (first["messageAttributes"], first["eventSourceARN"]) == ({}, arn)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"receives": "1"}, "queue_event: receives must be a whole number, got '1'"),
        ({"queue_arn": ""}, "queue_event: queue_arn must not be empty, got ''"),
        ({"attributes": {"a": 1}}, r"queue_event: attributes\['a'\] must be text, got 1"),
    ],
)
def test_an_event_of_a_queue_that_lambda_never_writes_is_refused(
    given: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        queue_event("a", **given)

"""A bus and its rules: who may put events on it, and who gets them."""

from __future__ import annotations

import json

import pytest

from pulumi_serverless import Bus, BusArgs, BusRule, BusRuleArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def a_bus(detail_types: list[str]) -> Graph:
    def program() -> None:
        bus = Bus("happenings", BusArgs(description="What happens"))
        publisher = a_function("shop")
        bus.allow_publisher(publisher)
        bus.allow_publisher(publisher)
        args = BusRuleArgs(foundation=FOUNDATION, bus=bus, source="shop", detail_types=detail_types)
        BusRule("warehouse", args)

    return record(program)


def test_a_function_may_put_events_on_the_bus_and_nothing_else() -> None:
    [policy] = [
        each for each in a_bus(["restocked"]).of_type(ROLE_POLICY) if "may-put" in each.name
    ]

    [statement] = json.loads(policy.inputs["policy"])["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        ["events:PutEvents"],
        ["arn:happenings"],
    )


def test_a_rule_delivers_to_a_queue_of_its_own_or_to_its_dead_letters() -> None:
    graph = a_bus(["restocked", "sold-out"])

    [rule] = graph.of_type("aws:cloudwatch/eventRule:EventRule")
    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["shop"],
        "detail-type": ["restocked", "sold-out"],
    }
    target = graph.only(TARGET).inputs
    assert (target["arn"], target["deadLetterConfig"]) == (
        "arn:warehouse",
        {"arn": "arn:warehouse-dead-letters"},
    )


def test_only_the_rule_may_send_to_both_queues() -> None:
    for policy in a_bus(["restocked"]).of_type("aws:sqs/queuePolicy:QueuePolicy"):
        [allow] = [
            each
            for each in json.loads(policy.inputs["policy"])["Statement"]
            if each["Effect"] == "Allow"
        ]
        assert allow["Principal"] == {"Service": "events.amazonaws.com"}
        assert "arn:warehouse-rule" in json.dumps(allow["Condition"])


@pytest.mark.parametrize("detail_types", [[], ["restocked", "restocked"]])
def test_a_rule_wants_something_and_nothing_twice(detail_types: list[str]) -> None:
    with pytest.raises(ValueError, match="detail_types must"):
        a_bus(detail_types)

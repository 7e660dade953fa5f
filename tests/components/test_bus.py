"""A bus and its rules: who may put events on it, and who gets them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pulumi_serverless import (
    Bus,
    BusArgs,
    BusRule,
    BusRuleArgs,
    EncryptionKey,
    EncryptionKeyArgs,
    QueueConsumer,
    QueueConsumerArgs,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ACCOUNT_ID, ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

RULES: list[BusRule] = []
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUEUE = "aws:sqs/queue:Queue"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def a_bus(detail_types: list[str], **settings: Any) -> Graph:
    def program() -> None:
        bus = Bus("happenings", BusArgs(description="What happens"))
        publisher = a_function("shop")
        bus.allow_publisher(publisher)
        bus.allow_publisher(publisher)
        if timeout_seconds := settings.pop("timeout_seconds", None):
            settings["function"] = a_function("restock", timeout_seconds=timeout_seconds)
        args = BusRuleArgs(
            foundation=FOUNDATION,
            bus=bus,
            source="shop",
            detail_types=detail_types,
            **settings,
        )
        RULES[:] = [BusRule("warehouse", args)]

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


def alarms(graph: Graph) -> list[str]:
    return sorted(each.name for each in graph.of_type(ALARM))


def test_events_that_nobody_reads_and_dead_letters_have_an_alarm_each() -> None:
    graph = a_bus(["restocked"])

    names = ["backlog-age", "dead-letter-age", "dead-letter-depth", "delivery-lost"]
    assert alarms(graph) == [f"warehouse-{each}" for each in names]
    assert (RULES[0].functions, RULES[0].log_queries()) == ([], {})


def test_a_rule_with_a_function_has_the_alarms_of_its_consumer_each_once() -> None:
    graph = a_bus(["restocked"], timeout_seconds=30, max_receives=7, max_concurrency=3)

    names = ["backlog-age", "consumer-failing", "dead-letter-age", "dead-letter-depth"]
    assert alarms(graph) == [
        f"warehouse-{each}" for each in [*names, "delivery-lost", "last-attempt-failed"]
    ]
    queue = graph.named("warehouse", QUEUE).inputs
    assert queue["visibilityTimeoutSeconds"] == 180
    assert json.loads(queue["redrivePolicy"])["maxReceiveCount"] == 7
    mapping = graph.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs
    assert mapping["scalingConfig"] == {"maximumConcurrency": 3}
    assert [each.logical_name for each in RULES[0].functions] == ["restock"]
    assert "failed-messages" in RULES[0].log_queries()
    assert list(RULES[0].operations()["deadLetters"]) == ["warehouse"]


def test_what_a_rule_lost_is_counted_on_its_own_bus() -> None:
    alarm = a_bus(["restocked"]).named("warehouse-delivery-lost", ALARM).inputs

    assert alarm["metricName"] == "InvocationsFailedToBeSentToDlq"
    assert set(alarm["dimensions"]) == {"EventBusName", "RuleName"}


def test_a_rule_may_use_the_key_of_its_queues() -> None:
    def program() -> None:
        foundation = replace(FOUNDATION, encryption_key=EncryptionKey("key", EncryptionKeyArgs()))
        bus = Bus("happenings", BusArgs(description="What happens"))
        BusRule(
            "warehouse",
            BusRuleArgs(foundation=foundation, bus=bus, source="shop", detail_types=["sold"]),
        )

    graph = record(program)

    assert {each.inputs["kmsMasterKeyId"] for each in graph.of_type(QUEUE)} == {"arn:key"}
    policy = json.loads(graph.only("aws:kms/key:Key").inputs["policy"])["Statement"]
    [deliver] = [
        each for each in policy if each["Principal"] == {"Service": "events.amazonaws.com"}
    ]
    assert deliver["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert deliver["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}


def test_a_second_consumer_of_a_rules_queue_is_refused() -> None:
    def program() -> None:
        bus = Bus("happenings", BusArgs(description="What happens"))
        args = BusRuleArgs(foundation=FOUNDATION, bus=bus, source="shop", detail_types=["sold"])
        rule = BusRule("warehouse", args)
        QueueConsumer(
            "again",
            QueueConsumerArgs(
                foundation=FOUNDATION, queue=rule.queue, function=a_function("restock")
            ),
        )

    with pytest.raises(ValueError, match=r"one consumer, has .* a rule has a `function`.*'again'"):
        record(program)


def test_a_limit_of_no_function_is_refused() -> None:
    with pytest.raises(ValueError, match=r"max_concurrency must have a function .* got 3 and none"):
        a_bus(["restocked"], max_concurrency=3)

"""A publisher: its outbox and relay, what functions may do, and what fails before a deployment."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from pulumi_serverless import Publisher, PublisherArgs, Queue, QueueArgs, Topic, TopicArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def deployed(kind: str = "topic", *, knows: bool = True, **settings: Any) -> Graph:
    def program() -> None:
        target: Topic | Queue = (
            Topic("invoices", TopicArgs())
            if kind == "topic"
            else Queue("invoices", QueueArgs(foundation=FOUNDATION, fifo=kind == "fifo"))
        )
        args = {"event_types": ["issued", "paid"], **settings}
        publisher = Publisher(
            "billing", PublisherArgs(foundation=FOUNDATION, target=target, **args)
        )
        caller = a_function("issue", environment=publisher.environment if knows else {})
        publisher.allow_caller(caller)

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def allowed(stack: Graph, function: str) -> set[tuple[str, str]]:
    policies = [
        json.loads(each.inputs["policy"])["Statement"][0]
        for each in stack.of_type(ROLE_POLICY)
        if each.name.startswith(f"{function}-may-")
    ]
    return {
        (action, resource)
        for each in policies
        for action in each["Action"]
        for resource in each["Resource"]
        if not action.startswith(("logs:", "xray:"))
    }


@pytest.mark.parametrize(
    ("kind", "action"), [("topic", "sns:Publish"), ("queue", "sqs:SendMessage")]
)
def test_caller_and_relay_may_publish_and_use_the_outbox_and_nothing_else(
    kind: str, action: str
) -> None:
    stack = deployed(kind)

    assert allowed(stack, "issue") == {
        (action, "arn:invoices"),
        ("dynamodb:PutItem", "arn:billing-outbox"),
        ("dynamodb:DeleteItem", "arn:billing-outbox"),
    }
    assert allowed(stack, "billing-relay") == {
        (action, "arn:invoices"),
        ("dynamodb:Query", "arn:billing-outbox"),
        ("dynamodb:UpdateItem", "arn:billing-outbox"),
        ("dynamodb:BatchWriteItem", "arn:billing-outbox"),
        ("lambda:InvokeFunction", "arn:billing-relay"),
    }


def test_a_caller_knows_topic_outbox_and_types() -> None:
    caller = usual().named("issue", FUNCTION).inputs["environment"]["variables"]

    assert caller == {
        "HANDOFF_BILLING_TARGET_ARN": "arn:invoices",
        "HANDOFF_BILLING_OUTBOX_TABLE_NAME": "billing-outbox-1a2b3c4",
        "HANDOFF_BILLING_EVENT_TYPES": "issued paid",
    }


def test_a_queue_is_known_by_its_url_and_the_relay_has_no_dead_letters() -> None:
    relay = deployed("queue").named("billing-relay", FUNCTION).inputs["environment"]["variables"]

    assert relay["HANDOFF_BILLING_TARGET_ARN"] == "https://sqs/invoices"
    assert "DEAD_LETTER_QUEUE_URL" not in relay


def test_a_caller_that_would_not_know_the_target_fails_before_deploy() -> None:
    message = "^environment of issue must contain that of billing, got none of HANDOFF_BILLING_"
    with pytest.raises(ValueError, match=message):
        deployed(knows=False)


def test_an_outbox_has_its_alarms_and_direct_publishing_none() -> None:
    assert {each.name for each in usual().of_type(ALARM)} == {
        "billing-outbox-age",
        "billing-outbox-throttled",
    }
    direct = deployed(delivery="direct")
    assert direct.of_type(ALARM) == []
    assert {each.name for each in direct.of_type(FUNCTION)} == {"issue"}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"kind": "fifo"}, "target must not be a FIFO queue, got invoices: .* QueueSender"),
        ({"event_types": "issued"}, "event_types must be a list, got 'issued'"),
        ({"event_types": []}, "event_types must have 1 to 100 entries, got 0"),
        ({"event_types": ["a b"]}, r"event_types\[0\] must be one word, got 'a b'"),
        ({"delivery": "somehow"}, "delivery must be one of outbox, direct, got 'somehow'"),
        ({"relay_minimum_age_seconds": 10}, "must be between 30 and 60, got 10"),
    ],
)
def test_what_could_not_be_published_in_order_or_at_all_is_refused(
    settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        deployed(**settings)

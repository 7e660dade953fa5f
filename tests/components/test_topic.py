"""A topic, and the alarms' topic that stands on it: who may publish, and how."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    EncryptionKey,
    EncryptionKeyArgs,
    Source,
    Subscriber,
    Topic,
    TopicArgs,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ACCOUNT_ID, REGION, ROLE_POLICY
from tests.components.a_function import a_function

TOPIC = "aws:sns/topic:Topic"
POLICY = "aws:sns/topicPolicy:TopicPolicy"


def statements(stack: Graph) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stack.only(POLICY).inputs["policy"])["Statement"]
    return found


def test_a_topic_refuses_plain_http_and_no_service_may_publish() -> None:
    stack = record(lambda: Topic("events", TopicArgs()))

    [deny] = statements(stack)
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", ["sns:Publish"])
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert deny["Resource"] == ["arn:events"]


def test_a_service_publishes_for_its_resource_only() -> None:
    rule = Source(service="events.amazonaws.com", arn="arn:aws:events:r:1:rule/a")

    allow = statements(record(lambda: Topic("events", TopicArgs(sources=[rule]))))[1]

    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    assert allow["Condition"] == {"ArnLike": {"aws:SourceArn": rule.arn}}


def test_a_publisher_may_publish_and_is_granted_it_once() -> None:
    def program() -> None:
        topic, function = Topic("events", TopicArgs()), a_function("publish")
        topic.allow_publisher(function)
        topic.allow_publisher(function)

    policy = record(program).named("publish-may-publish-to-events", ROLE_POLICY).inputs["policy"]

    assert json.loads(policy)["Statement"] == [
        {"Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["arn:events"]}
    ]


def test_messages_are_encrypted_with_the_key_which_topics_may_use_to_deliver() -> None:
    def program() -> None:
        key = EncryptionKey("key", EncryptionKeyArgs())
        Topic("events", TopicArgs(encryption_key=key))

    stack = record(program)

    assert stack.only(TOPIC).inputs["kmsMasterKeyId"] == "arn:key"
    policy = json.loads(stack.only("aws:kms/key:Key").inputs["policy"])["Statement"]
    [deliver] = [each for each in policy if each["Sid"] == "LetTopicsDeliver"]
    assert deliver["Principal"] == {"Service": "sns.amazonaws.com"}
    assert deliver["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    topics = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:*"
    assert deliver["Condition"] == {"ArnLike": {"aws:SourceArn": topics}}


def test_only_alarms_of_this_account_publish_to_the_alarms_topic() -> None:
    on_call = Subscriber(protocol="email", endpoint="on-call@example.com")

    stack = record(lambda: AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call])))

    deny, allow = statements(stack)
    assert deny["Effect"] == "Deny"
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    alarms = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:*"
    assert allow["Condition"] == {"ArnLike": {"aws:SourceArn": alarms}}


def test_more_services_than_a_policy_holds_are_refused() -> None:
    many = [Source(service="events.amazonaws.com", arn=f"arn:{n}") for n in range(21)]

    with pytest.raises(ValueError, match="sources must have 0 to 20 entries, got 21"):
        TopicArgs(sources=many)

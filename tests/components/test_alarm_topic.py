"""The subscribers of alarms."""

from __future__ import annotations

import pytest

from pulumi_serverless.blocks.monitoring.alarm_topic import (
    AlarmTopic,
    AlarmTopicArgs,
    Protocol,
    Subscriber,
)
from pulumi_serverless.testing import record

SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
HOOK = "https://events.example.com/integration/0123secret/enqueue"


def test_every_subscriber_is_subscribed_to_the_topic() -> None:
    subscribers = [
        Subscriber(protocol="email", endpoint="on-call@example.com"),
        Subscriber(protocol="sqs", endpoint="arn:aws:sqs:eu-west-1:123456789012:alarms"),
        Subscriber(protocol="https", endpoint=HOOK),
    ]

    stack = record(lambda: AlarmTopic("alarms", AlarmTopicArgs(subscribers=subscribers)))

    subscriptions = stack.of_type(SUBSCRIPTION)
    made = {each.inputs["protocol"]: each.inputs for each in subscriptions}
    assert made["email"]["endpoint"] == "on-call@example.com"
    assert made["sqs"]["endpoint"] == "arn:aws:sqs:eu-west-1:123456789012:alarms"
    assert made["https"]["endpoint"] == HOOK
    assert {each["topic"] for each in made.values()} == {"arn:alarms"}
    secret = {each.inputs["protocol"]: each.secret_inputs for each in subscriptions}
    assert secret == {"email": ["endpoint"], "sqs": [], "https": ["endpoint"]}


def test_an_address_and_the_key_in_a_services_url_are_in_no_resource_name() -> None:
    hook = Subscriber(protocol="https", endpoint=HOOK)
    person = Subscriber(protocol="email", endpoint="on-call@example.com")

    stack = record(lambda: AlarmTopic("alarms", AlarmTopicArgs(subscribers=[hook, person])))

    email, service = sorted(each.name for each in stack.of_type(SUBSCRIPTION))
    assert service.startswith("alarms-events.example.com-")
    assert "secret" not in service
    assert email.startswith("alarms-email-")
    assert "example" not in email


def test_a_topic_without_subscribers_is_an_error_unless_it_is_wanted() -> None:
    with pytest.raises(ValueError, match=r"at least one, got 0: .*require_subscriber=False"):
        AlarmTopicArgs()

    assert not AlarmTopicArgs(require_subscriber=False).subscribers


@pytest.mark.parametrize(
    ("protocol", "endpoint", "needed"),
    [
        ("email", "nobody", "an address"),
        ("https", "http://events.example.com/", "a URL with https://"),
        ("sqs", "https://sqs.example.com/alarms", "a queue's ARN"),
    ],
)
def test_an_endpoint_that_sns_rejects_fails_before_deploy_and_is_not_shown(
    protocol: Protocol, endpoint: str, needed: str
) -> None:
    with pytest.raises(
        ValueError, match=f"an {protocol} subscriber must be {needed}, got"
    ) as raised:
        Subscriber(protocol=protocol, endpoint=endpoint)

    assert endpoint not in str(raised.value)

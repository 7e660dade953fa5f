"""What SNS could not deliver goes to the subscriber that did not get it, and to no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ops.dead_letters.kinds.clients import (
    FUNCTION,
    AwsOperator,
    make_queue,
    received,
)
from tests.ops.fakes import Queue, an_event, aws_client

NUMBERS = '{"specversion":"1.0","id":"e-1","type":"t","amount": 12345678901234567.89, "rate":1.10}'
MESSAGES = [NUMBERS, "no JSON", "", "\u2028 \U0001f600", "[" * 1_200 + "1.10" + "]" * 1_200]


class Topic:
    """A topic with a subscriber whose failed deliveries are redriven to the dead-letter queue."""

    def __init__(self, queue: Queue, operator: AwsOperator) -> None:
        self.queue, self.operator = queue, operator
        self.sns = aws_client("sns")
        self.arn = str(self.sns.create_topic(Name="orders")["TopicArn"])
        self.url, self.queue_arn = make_queue(queue, "subscriber")
        operator.knows("delivery", queue.url)

    def subscribe(self, protocol: str, endpoint: str, *, redriven: bool = True) -> str:
        arn = str(
            self.sns.subscribe(
                TopicArn=self.arn, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True
            )["SubscriptionArn"]
        )
        dead_letters = self.queue.sqs.get_queue_attributes(
            QueueUrl=self.queue.url, AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        if redriven:
            self.sns.set_subscription_attributes(
                SubscriptionArn=arn,
                AttributeName="RedrivePolicy",
                AttributeValue=json.dumps({"deadLetterTargetArn": dead_letters}),
            )
        return arn

    def fails(self, message: str, **changes: str) -> str:
        """What SNS writes, as documented for HTTP and SQS endpoints."""
        body = json.dumps(
            {
                "Type": "Notification",
                "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
                "TopicArn": self.arn,
                "Message": message,
                "Timestamp": "2026-03-01T09:30:00.000Z",
                "SignatureVersion": "1",
                "Signature": "EXAMPLEw6JRN",
                "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SNS.pem",
                "UnsubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe",
                **changes,
            }
        )
        self.queue.add(body)
        return body

    def replays(self, *words: str) -> Any:
        return self.operator.types_exactly("replay", "--apply", *words, "--stack", "dev")


@pytest.fixture
def topic(queue: Queue) -> Topic:
    return Topic(queue, AwsOperator(queue))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda text: text[:8])
def test_it_goes_to_the_subscribed_queue_character_by_character(topic: Topic, message: str) -> None:
    topic.subscribe("sqs", topic.queue_arn)
    other_url, other_arn = make_queue(topic.queue, "other")
    topic.subscribe("sqs", other_arn, redriven=False)
    body = topic.fails(message)

    result = topic.replays()

    assert result.exit_code == 0, result.output
    assert [each["Body"] for each in received(topic.queue, topic.url)] == [body]
    assert received(topic.queue, other_url) == []
    assert topic.queue.visible() == topic.queue.hidden() == 0


def test_the_published_message_is_listed_and_shown(topic: Topic) -> None:
    topic.fails(NUMBERS)

    listed = topic.operator.types_exactly("list", "--stack", "dev").stdout
    shown = topic.operator.types_exactly("show", "e-1", "--stack", "dev").stdout

    assert "1x not delivered by SNS to a subscriber of orders" in listed
    assert "for example e-1" in listed
    assert '"amount": 12345678901234567.89' in shown
    assert topic.arn in shown


def test_a_message_of_another_kind_of_queue_is_recognized(topic: Topic) -> None:
    topic.fails("hello")
    topic.queue.add_failed(an_event("e-2"))

    listed = topic.operator.types_exactly("list", "--queue-url", topic.queue.url).stdout

    assert "not delivered by SNS" in listed
    assert "mailbox is full" in listed


def test_a_subscribed_function_gets_what_sns_would_have_given_it(topic: Topic) -> None:
    subscription = topic.subscribe("lambda", FUNCTION)
    topic.fails(NUMBERS, Subject='a "subject"')

    result = topic.replays()

    assert result.exit_code == 0, result.output
    [event] = topic.operator.functions.events
    [record] = event["Records"]
    assert record.keys() == {"EventSource", "EventVersion", "EventSubscriptionArn", "Sns"}
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", subscription)
    assert record["Sns"]["Message"] == NUMBERS
    assert record["Sns"]["Subject"] == 'a "subject"'
    assert record["Sns"]["MessageAttributes"] == {}
    assert {"SigningCertUrl", "UnsubscribeUrl"} <= record["Sns"].keys()


def test_a_raw_delivery_needs_the_queue_and_keeps_its_attributes(topic: Topic) -> None:
    topic.queue.add('{"n": 1.10}', kind="paid")

    refused = topic.replays()
    sent = topic.replays("--source-queue", topic.url, "--kind", "delivery")

    assert refused.exit_code == 1
    assert "names no topic" in refused.output
    assert "pass --source-queue URL" in refused.output
    assert sent.exit_code == 0
    [message] = received(topic.queue, topic.url)
    assert message["Body"] == '{"n": 1.10}'
    assert message["MessageAttributes"]["kind"]["StringValue"] == "paid"


@pytest.mark.parametrize("count", [0, 2])
def test_without_exactly_one_subscription_it_is_refused(topic: Topic, count: int) -> None:
    for number in range(count):
        topic.subscribe("sqs", make_queue(topic.queue, f"subscriber-{number}")[1])
    topic.fails("hello")

    result = topic.replays()

    assert result.exit_code == 1
    assert f"{count or 'no'} subscriptions of {topic.arn}" in result.output
    assert "--source-queue URL" in result.output
    assert topic.queue.visible() == 1


def test_an_endpoint_of_http_is_refused_with_what_to_do(topic: Topic) -> None:
    topic.subscribe("https", "https://example.com/hook")
    topic.fails("hello")

    result = topic.replays()

    assert result.exit_code == 1
    assert "only SNS can deliver to https" in result.output
    assert "export it and publish it again" in result.output


def test_a_topic_or_queue_that_is_gone_is_named_with_what_to_do(topic: Topic) -> None:
    topic.subscribe("sqs", topic.queue_arn)
    topic.fails("hello")
    topic.queue.sqs.delete_queue(QueueUrl=topic.url)
    no_queue = topic.replays()
    topic.sns.delete_topic(TopicArn=topic.arn)
    no_topic = topic.replays()

    assert (no_queue.exit_code, no_topic.exit_code) == (1, 1)
    assert "the queue subscriber is gone; restore it with pulumi up --refresh" in no_queue.output
    assert topic.queue.visible() == 1

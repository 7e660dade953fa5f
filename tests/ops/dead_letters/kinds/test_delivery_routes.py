"""Which subscriber a message of SNS is for, and what is said if that is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_ops.dead_letters.kinds import delivery
from tests.ops.dead_letters.kinds.fake_clients import FUNCTION, QUEUE, QUEUE_ARN, Paged, Sqs
from tests.ops.dead_letters.samples import a_dead_letter, unreadable
from tests.ops.fakes import RecordingLambda, service_error

TOPIC = "arn:aws:sns:us-east-1:123456789012:orders"
ENVELOPE = {"Type": "Notification", "MessageId": "n-1", "TopicArn": TOPIC, "Message": "[1]"}


def _delivered(**changes: Any) -> Any:
    body = {name: each for name, each in {**ENVELOPE, **changes}.items() if each is not None}
    return {"Body": json.dumps(body), "Attributes": {}}


@pytest.mark.parametrize(
    ("changes", "recognized"),
    [
        ({}, True),
        ({"Type": "SubscriptionConfirmation"}, False),
        ({"Type": "Aaa"}, False),
        ({"TopicArn": 7}, False),
        ({"TopicArn": None}, False),
        ({"Message": None}, False),
        ({"MessageId": None}, False),
    ],
)
def test_an_envelope_of_sns_is_recognized_by_all_of_its_parts(
    changes: dict[str, Any], *, recognized: bool
) -> None:
    message = _delivered(**changes)

    assert delivery.recognizes(message) is recognized
    moved = {"Attributes": {"DeadLetterQueueSourceArn": QUEUE_ARN}}
    assert not delivery.recognizes({**message, **moved})
    record = delivery.read(message)
    assert record.payload == ("[1]" if recognized else message["Body"])
    assert record.source_arn == (TOPIC if recognized else None)
    of = " of orders" if recognized else ""
    assert record.reason == f"not delivered by SNS to a subscriber{of}"
    assert (record.moved, record.condition) == (True, "DeliveryFailed")


@pytest.mark.parametrize(
    ("subscriptions", "reason"),
    [
        ([], "no subscriptions of"),
        (["a", "b"], "2 subscriptions of"),
        (["PendingConfirmation"], "no subscriptions of"),
    ],
)
def test_the_subscriber_is_the_only_one_that_redrives_to_the_queue(
    subscriptions: list[str], reason: str
) -> None:
    entries = [
        {"SubscriptionArn": f"arn:{name}" if len(name) == 1 else name, "Protocol": "sqs"}
        for name in [*subscriptions, "z"]
    ]
    found, _ = _subscribed(entries, redriving={f"arn:{name}" for name in subscriptions})

    dead_letter = a_dead_letter(payload="[1]", record={"source_arn": TOPIC, "moved": True})
    told = found.skip_reason(dead_letter)

    assert told == (
        f"{reason} {TOPIC} have this queue in their redrive policy, and only one can be the one "
        "that failed; pass --source-queue URL"
    )


def _subscribed(
    entries: list[dict[str, str]], redriving: set[str], error: ClientError | None = None
) -> tuple[Any, dict[str, Any]]:
    own = "arn:aws:sqs:us-east-1:123456789012:dead"

    def attributes(*, SubscriptionArn: str) -> Any:  # noqa: N803
        policy = own if SubscriptionArn in redriving else f"{own}-2"
        return {"Attributes": {"RedrivePolicy": f'{{"deadLetterTargetArn":"{policy}"}}'}}

    sns: Any = Paged(error or [{"Subscriptions": entries}])
    sns.get_subscription_attributes = attributes
    sqs: Any = Sqs()
    sqs.get_queue_attributes = lambda **_: {"Attributes": {"QueueArn": own}}
    clients = {"sns": sns, "sqs": sqs, "lambda": RecordingLambda()}
    return delivery.destination(QUEUE, lambda service: clients[service]), clients


OF_TOPIC = a_dead_letter(payload="[1]", record={"source_arn": TOPIC, "moved": True})


@pytest.mark.parametrize("code", ["NotFound", "NotFoundException", "AuthorizationError"])
def test_a_topic_is_gone_only_if_sns_says_so(code: str) -> None:
    found, _ = _subscribed([], set(), service_error(code))

    if code == "AuthorizationError":
        with pytest.raises(ClientError):
            found.skip_reason(OF_TOPIC)
    else:
        told = found.skip_reason(OF_TOPIC)
        assert told == f"the topic {TOPIC} is gone; pass --source-queue URL"


def test_without_a_topic_or_with_a_page_of_the_web_nobody_can_be_given_it() -> None:
    page = {"SubscriptionArn": "arn:p", "Protocol": "https", "Endpoint": "https://x"}
    found, _ = _subscribed([page], {"arn:p"})

    assert found.description == "target the subscriber that did not get it"
    assert found.skip_reason(unreadable()) == (
        "it names no topic, because its subscription delivers raw; pass --source-queue URL"
    )
    assert found.skip_reason(OF_TOPIC) == (
        "only SNS can deliver to https; fix the subscription arn:p, export it and publish it "
        "again, which every subscriber receives"
    )


def test_a_subscribed_queue_gets_the_body_and_a_function_an_event() -> None:
    to_queue = {"SubscriptionArn": "arn:q", "Protocol": "sqs", "Endpoint": QUEUE_ARN}
    to_function = {"SubscriptionArn": "arn:f", "Protocol": "lambda", "Endpoint": FUNCTION}
    body = '{"Message":"m","UnsubscribeURL":"u","SigningCertURL":"c","n":1.10}'
    dead_letter = a_dead_letter(body=body, record={"source_arn": TOPIC, "moved": True})

    found, clients = _subscribed([to_queue, to_function], {"arn:q"})
    found.send(dead_letter)
    [sent] = clients["sqs"].sent
    assert (sent["QueueUrl"], sent["MessageBody"]) == ("https://sqs/orders", body)

    found, clients = _subscribed([to_queue, to_function], {"arn:f"})
    found.send(dead_letter)
    assert clients["lambda"].payloads == [
        b'{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":'
        b'"arn:f","Sns":{"MessageAttributes":{},"Subject":null,"Message":"m","UnsubscribeUrl":"u",'
        b'"SigningCertUrl":"c","n":1.10}}]}'
    ]

"""A message that SNS could not deliver: it goes to the subscriber that did not get it, to no other.

SNS writes what it would have delivered. Which subscription failed is known by its redrive policy.
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import functools
import json
from typing import Any

from botocore.exceptions import ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.failure_record import FailureRecord
from serverless_ops.dead_letters.json_text import (
    members,
    members_of_any,
    parsed_object,
    scalar,
)
from serverless_ops.dead_letters.kinds import Client, Message
from serverless_ops.dead_letters.replay_by_route import (
    NoRouteError,
    Route,
    RoutedDestination,
    existing_queue_url,
    remembered,
)
from serverless_ops.dead_letters.replay_to_function import FunctionDestination
from serverless_ops.dead_letters.replay_to_queue import QueueDestination
from serverless_ops.stack import DeadLetterQueue

_FOR_FUNCTIONS = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}
"""The two names that a function gets otherwise than a queue."""


def recognizes(message: Message) -> bool:
    """Whether it is the envelope of SNS, which no other queue has moved here."""
    moved = "DeadLetterQueueSourceArn" in message.get("Attributes", {})
    return not moved and _topic(members_of_any(message["Body"])) is not None


def read(message: Message) -> FailureRecord:
    """Return the published message; the whole body if its subscription delivers raw."""
    envelope = members_of_any(message["Body"])
    topic = _topic(envelope)
    name = f" of {topic.rpartition(':')[2]}" if topic else ""
    published = scalar(envelope.get("Message", "null")) if topic else None
    return FailureRecord(
        payload=published if isinstance(published, str) else message["Body"],
        reason=f"not delivered by SNS to a subscriber{name}",
        condition="DeliveryFailed",
        moved=True,
        source_arn=topic,
    )


def missing(queue: DeadLetterQueue) -> str | None:
    """Nothing: each envelope names its topic, which knows the subscriber."""
    return None


def destination(queue: DeadLetterQueue, client: Client) -> Destination:
    """The subscriber whose redrive policy names the queue."""
    find_subscription = remembered(functools.partial(_subscription, queue, client))

    def find(dead_letter: DeadLetter) -> Route:
        body = dead_letter.body
        if queue.source_queue_url:
            return Route(destination=_to_queue(queue, client, queue.source_queue_url), payload=body)
        topic = dead_letter.record.source_arn if dead_letter.record else None
        if topic is None:
            raise NoRouteError(
                "it names no topic, because its subscription delivers raw; pass --source-queue URL"
            )
        protocol, endpoint, arn = find_subscription(topic)
        match protocol:
            case "sqs":
                url = existing_queue_url(client("sqs"), endpoint)
                return Route(destination=_to_queue(queue, client, url), payload=body)
            case "lambda":
                to_function = FunctionDestination(client("lambda"), endpoint)
                return Route(destination=to_function, payload=_for_function(body, arn))
            case _:
                raise NoRouteError(
                    f"only SNS can deliver to {protocol}; fix the subscription {arn}, export it "
                    "and publish it again, which every subscriber receives"
                )

    known = queue.source_queue_url or "the subscriber that did not get it"
    return RoutedDestination(f"target {known}", find)


def _to_queue(queue: DeadLetterQueue, client: Client, url: str) -> QueueDestination:
    return QueueDestination(client("sqs"), queue.queue_url, url)


def _topic(envelope: dict[str, str]) -> str | None:
    known = {name: scalar(text) for name, text in envelope.items() if name in ("Type", "TopicArn")}
    topic = known.get("TopicArn")
    is_envelope = (
        known.get("Type") == "Notification" and {"Message", "MessageId"} <= envelope.keys()
    )
    return topic if is_envelope and isinstance(topic, str) else None


def _subscription(queue: DeadLetterQueue, client: Client, topic: str) -> tuple[str, str, str]:
    """Return protocol, endpoint and ARN of the one whose failed deliveries are in the queue."""
    attributes = client("sqs").get_queue_attributes(
        QueueUrl=queue.queue_url, AttributeNames=["QueueArn"]
    )
    own = attributes["Attributes"]["QueueArn"]
    found = [each for each in _subscriptions(client, topic) if _redrives_to(client, each, own)]
    if len(found) != 1:
        raise NoRouteError(
            f"{len(found) or 'no'} subscriptions of {topic} have this queue in their redrive "
            "policy, and only one can be the one that failed; pass --source-queue URL"
        )
    [only] = found
    return only["Protocol"], only["Endpoint"], only["SubscriptionArn"]


def _subscriptions(client: Client, topic: str) -> list[dict[str, Any]]:
    pages = client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    try:
        return [each for page in pages for each in page["Subscriptions"]]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NotFound", "NotFoundException"):
            raise
        raise NoRouteError(f"the topic {topic} is gone; pass --source-queue URL") from error


def _redrives_to(client: Client, subscription: dict[str, Any], queue_arn: str) -> bool:
    # One that nobody has confirmed yet has no ARN, and nothing is delivered to it.
    if not subscription["SubscriptionArn"].startswith("arn:"):
        return False
    response = client("sns").get_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"]
    )
    policy = parsed_object(response["Attributes"].get("RedrivePolicy"))
    return policy.get("deadLetterTargetArn") == queue_arn


def _for_function(envelope: str, subscription_arn: str) -> str:
    """Return the event that SNS gives to a function, with each value as it was written."""
    fields = {"MessageAttributes": "{}", "Subject": "null", **members(envelope)}
    sns = ",".join(
        f"{json.dumps(_FOR_FUNCTIONS.get(name, name))}:{text}" for name, text in fields.items()
    )
    return (
        '{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0",'
        f'"EventSubscriptionArn":{json.dumps(subscription_arn)},"Sns":{{{sns}}}}}]}}'
    )

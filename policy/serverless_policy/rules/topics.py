"""Rules about topics and what they deliver to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serverless_policy.resource import Resource, of_type
from serverless_policy.rule import Finding, Rule
from serverless_policy.rules.queues import denies_http

_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"


def _undelivered(resources: Sequence[Resource]) -> Iterator[Finding]:
    queues = [
        queue
        for queue in of_type(resources, "aws:sqs/queue:Queue")
        if any(each.uses("eventSourceArn", queue) for each in of_type(resources, _MAPPING))
    ]
    for subscription in of_type(resources, "aws:sns/topicSubscription:TopicSubscription"):
        for queue in queues:
            if subscription.uses("endpoint", queue) and subscription.get("redrivePolicy") is None:
                yield Finding(subscription, f"what {queue.name} does not take is lost")


def _plain_http(resources: Sequence[Resource]) -> Iterator[Finding]:
    policies = list(of_type(resources, "aws:sns/topicPolicy:TopicPolicy"))
    for topic in of_type(resources, "aws:sns/topic:Topic"):
        documents = [topic.get("policy")]
        documents += [policy.get("policy") for policy in policies if policy.uses("arn", topic)]
        if not any(denies_http(document, "sns:publish") for document in documents):
            yield Finding(topic, "accepts plain HTTP")


UNDELIVERED = Rule(
    id="undelivered-messages-are-kept",
    rejects="subscriptions of consumed queues without dead letters",
    remediation="Give the subscription a redrive policy; pulumi_serverless.Subscription has one.",
    sees="stack",
    check=_undelivered,
)
TOPIC_PLAIN_HTTP = Rule(
    id="topic-rejects-plain-http",
    rejects="topics that accept plain HTTP",
    remediation="Give it a topic policy that denies sns:Publish to everyone where "
    "aws:SecureTransport is false; pulumi_serverless.Topic has one.",
    sees="stack",
    check=_plain_http,
)

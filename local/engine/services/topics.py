"""Topics of SNS, their policies and subscriptions."""

from __future__ import annotations

from local.emulator.clients import Clients
from local.engine.registry import Created, Inputs, creates, without_none


@creates("aws:sns/topic:Topic")
def create_topic(client: Clients, name: str, inputs: Inputs) -> Created:
    attributes = without_none(KmsMasterKeyId=inputs.get("kmsMasterKeyId"))
    arn = client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
    return arn, {"arn": arn}


@creates("aws:sns/topicPolicy:TopicPolicy", also_updates=True)
def create_topic_policy(client: Clients, name: str, inputs: Inputs) -> Created:
    client("sns").set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return inputs["arn"], {}


@creates("aws:sns/topicSubscription:TopicSubscription")
def create_subscription(client: Clients, name: str, inputs: Inputs) -> Created:
    arn = client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn, {"arn": arn}

"""SNS topics, their policies and subscriptions.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/sns (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import as_text, change_tags, tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_FEEDBACK = {
    f"{protocol}{kind}": f"{protocol.capitalize()}{kind}"
    for protocol in ("application", "firehose", "http", "lambda", "sqs")
    for kind in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
}
_TOPIC = {
    "archivePolicy": "ArchivePolicy",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoThroughputScope": "FifoThroughputScope",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
    **_FEEDBACK,
}
_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "filterPolicy": "FilterPolicy",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "replayPolicy": "ReplayPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}


def _attributes(names: Mapping[str, str], inputs: Inputs) -> dict[str, str]:
    return {
        attribute: as_text(inputs[name])
        for name, attribute in names.items()
        if inputs.get(name) is not None
    }


def _changed(names: Mapping[str, str], old: Inputs, inputs: Inputs) -> dict[str, str]:
    """The attributes to set; what is no longer declared is emptied."""
    removed = _attributes(names, old).keys() - _attributes(names, inputs).keys()
    return {**dict.fromkeys(sorted(removed), ""), **_attributes(names, inputs)}


@resource("aws:sns/topic:Topic", replaces=("fifoTopic",))
class Topic(ResourceType):
    """A topic; its id is its ARN."""

    unique_by_name = True
    defaults: ClassVar = {"fifoTopic": False}
    service = "sns"
    longest_name = 256
    renamed: ClassVar = {attribute: name for name, attribute in _TOPIC.items()}

    def named(self, name: str, inputs: Inputs) -> str:
        return f"{name}.fifo" if inputs.get("fifoTopic") else name

    def id_of(self, inputs: Inputs) -> str:
        return f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{inputs['name']}"

    def create(self, inputs: Inputs) -> Created:
        fifo = {"FifoTopic": "true"} if inputs.get("fifoTopic") else {}
        arn = self.api.create_topic(
            Name=inputs["name"],
            Attributes={**_attributes(_TOPIC, inputs), **fifo},
            Tags=tag_list(tags_of(inputs)),
        )["TopicArn"]
        return Created(arn, {"arn": arn})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_topic_attributes(TopicArn=id_)["Attributes"])

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return _attributes(_TOPIC, inputs)

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": id_}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        for name, value in _changed(_TOPIC, old, inputs).items():
            self.api.set_topic_attributes(TopicArn=id_, AttributeName=name, AttributeValue=value)
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, ResourceArn=id_)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_topic(TopicArn=id_)


@resource("aws:sns/topicPolicy:TopicPolicy", replaces=("arn",))
class TopicPolicy(ResourceType):
    """A topic's policy; its id is the topic's ARN."""

    service = "sns"

    def create(self, inputs: Inputs) -> Created:
        self.update(inputs["arn"], {}, inputs)
        return Created(inputs["arn"], {})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        policy = self.api.get_topic_attributes(TopicArn=id_)["Attributes"].get("Policy")
        return {"Policy": policy} if policy else {}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"Policy": inputs["policy"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.set_topic_attributes(
            TopicArn=id_, AttributeName="Policy", AttributeValue=inputs["policy"]
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.set_topic_attributes(TopicArn=id_, AttributeName="Policy", AttributeValue="")


@resource("aws:sns/topicSubscription:TopicSubscription", replaces=("endpoint", "protocol", "topic"))
class TopicSubscription(ResourceType):
    """A subscription to a topic; its id is its ARN."""

    service = "sns"
    renamed: ClassVar = {attribute: name for name, attribute in _SUBSCRIPTION.items()}

    def create(self, inputs: Inputs) -> Created:
        arn = self.api.subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes=_attributes(_SUBSCRIPTION, inputs),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Created(arn, {"arn": arn})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_subscription_attributes(SubscriptionArn=id_)["Attributes"])

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return _attributes(_SUBSCRIPTION, inputs)

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": id_}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        for name, value in _changed(_SUBSCRIPTION, old, inputs).items():
            self.api.set_subscription_attributes(
                SubscriptionArn=id_, AttributeName=name, AttributeValue=value or "{}"
            )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.unsubscribe(SubscriptionArn=id_)

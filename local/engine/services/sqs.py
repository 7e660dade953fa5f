"""SQS queues, their policies and redrive policies.

What needs a new queue is in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sqs/queue.go
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import as_text, change_tags, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
# The provider's defaults. What else a program leaves out may be set by another resource.
_DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
}


def _attributes(inputs: Inputs) -> dict[str, str]:
    declared = {
        attribute: as_text(inputs[name])
        for name, attribute in _ATTRIBUTES.items()
        if inputs.get(name) is not None
    }
    return {**_DEFAULTS, **declared}


class _OfQueues(ResourceType):
    service = "sqs"

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = self.api.get_queue_attributes(QueueUrl=id_, AttributeNames=["All"])
        return dict(found["Attributes"])


@resource("aws:sqs/queue:Queue", replaces=("fifoQueue",))
class Queue(_OfQueues):
    """A queue; its id is its URL."""

    unique_by_name = True
    defaults: ClassVar = {"fifoQueue": False}
    longest_name = 80
    renamed: ClassVar = {attribute: name for name, attribute in _ATTRIBUTES.items()}

    def named(self, name: str, inputs: Inputs) -> str:
        return f"{name}.fifo" if inputs.get("fifoQueue") else name

    def id_of(self, inputs: Inputs) -> str:
        return f"{self.client.endpoint}/{ACCOUNT_ID}/{inputs['name']}"

    def create(self, inputs: Inputs) -> Created:
        fifo = {"FifoQueue": "true"} if inputs.get("fifoQueue") else {}
        url = self.api.create_queue(
            QueueName=inputs["name"],
            Attributes={**_attributes(inputs), **fifo},
            tags=tags_of(inputs),
        )["QueueUrl"]
        return Created(url, self.outputs(url, {}))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return _attributes(inputs)

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        name = id_.rpartition("/")[2]
        return {"url": id_, "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        removed = dict.fromkeys(_attributes(old).keys() - _attributes(inputs).keys(), "")
        attributes = {**removed, **_attributes(inputs)}
        self.api.set_queue_attributes(QueueUrl=id_, Attributes=attributes)
        change_tags(
            old, inputs, self.api.untag_queue, self.api.tag_queue, as_tags=dict, QueueUrl=id_
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_queue(QueueUrl=id_)


class _QueueAttribute(_OfQueues):
    """One attribute of a queue that is a resource of its own; its id is the queue's URL."""

    attribute: ClassVar[tuple[str, str]]
    """The input, and the attribute."""

    def create(self, inputs: Inputs) -> Created:
        self._set(inputs["queueUrl"], inputs)
        return Created(inputs["queueUrl"], {})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        attribute = self.attribute[1]
        found = super().find(id_, inputs)
        return {attribute: found[attribute]} if found.get(attribute) else {}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        name, attribute = self.attribute
        return {attribute: inputs[name]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self._set(id_, inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.set_queue_attributes(QueueUrl=id_, Attributes={self.attribute[1]: ""})

    def _set(self, url: str, inputs: Inputs) -> None:
        self.api.set_queue_attributes(QueueUrl=url, Attributes=dict(self.declared(inputs)))


@resource("aws:sqs/queuePolicy:QueuePolicy", replaces=("queueUrl",))
class QueuePolicy(_QueueAttribute):
    """A queue's policy."""

    attribute = ("policy", "Policy")


@resource("aws:sqs/redrivePolicy:RedrivePolicy", replaces=("queueUrl",))
class RedrivePolicy(_QueueAttribute):
    """A redrive policy: where messages go that failed too often."""

    attribute = ("redrivePolicy", "RedrivePolicy")


@resource("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", replaces=("queueUrl",))
class RedriveAllowPolicy(_QueueAttribute):
    """A redrive allow policy: which queues may send their failed messages here."""

    attribute = ("redriveAllowPolicy", "RedriveAllowPolicy")

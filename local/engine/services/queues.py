"""Queues of SQS."""

from __future__ import annotations

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine.registry import Created, Inputs, creates, updates

_QUEUE_ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


@creates("aws:sqs/queue:Queue")
def create_queue(client: Clients, name: str, inputs: Inputs) -> Created:
    url = client("sqs").create_queue(
        QueueName=name, Attributes=_attributes(inputs), tags=inputs.get("tags", {})
    )["QueueUrl"]
    return url, {"url": url, "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"}


@updates("aws:sqs/queue:Queue")
def update_queue(client: Clients, name: str, inputs: Inputs) -> bool:
    sqs = client("sqs")
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return False
    sqs.set_queue_attributes(QueueUrl=url, Attributes=_attributes(inputs))
    return True


def _attributes(inputs: Inputs) -> dict[str, str]:
    return {
        attribute: _attribute_text(inputs[key])
        for key, attribute in _QUEUE_ATTRIBUTES.items()
        if key in inputs
    }


def _attribute_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


@creates("aws:sqs/queuePolicy:QueuePolicy", also_updates=True)
def create_queue_policy(client: Clients, name: str, inputs: Inputs) -> Created:
    client("sqs").set_queue_attributes(
        QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]}
    )
    return inputs["queueUrl"], {}

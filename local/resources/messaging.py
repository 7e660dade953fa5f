"""Queues, topics and e-mail identities."""

from __future__ import annotations

from local.clients import ACCOUNT_ID, REGION, Clients
from local.resources.maker import Inputs, Made, Maker, Mender, given, making_again

_QUEUE_ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _queue(client: Clients, name: str, inputs: Inputs) -> Made:
    url = client("sqs").create_queue(
        QueueName=name, Attributes=_attributes(inputs), tags=inputs.get("tags", {})
    )["QueueUrl"]
    return url, {"url": url, "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"}


def _mend_queue(client: Clients, name: str, inputs: Inputs) -> bool:
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


def _queue_policy(client: Clients, name: str, inputs: Inputs) -> Made:
    client("sqs").set_queue_attributes(
        QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]}
    )
    return inputs["queueUrl"], {}


def _topic(client: Clients, name: str, inputs: Inputs) -> Made:
    attributes = given(KmsMasterKeyId=inputs.get("kmsMasterKeyId"))
    arn = client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
    return arn, {"arn": arn}


def _topic_policy(client: Clients, name: str, inputs: Inputs) -> Made:
    client("sns").set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return inputs["arn"], {}


def _subscription(client: Clients, name: str, inputs: Inputs) -> Made:
    arn = client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn, {"arn": arn}


def _email_identity(client: Clients, name: str, inputs: Inputs) -> Made:
    identity = inputs["emailIdentity"]
    client("sesv2").create_email_identity(EmailIdentity=identity)
    return identity, {"arn": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/{identity}"}


MAKERS: dict[str, Maker] = {
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": _queue_policy,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:sesv2/emailIdentity:EmailIdentity": _email_identity,
}

MENDERS: dict[str, Mender] = {
    "aws:sqs/queue:Queue": _mend_queue,
    "aws:sqs/queuePolicy:QueuePolicy": making_again(_queue_policy),
    "aws:sns/topicPolicy:TopicPolicy": making_again(_topic_policy),
}

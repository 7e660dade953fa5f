"""What a consumer asks SQS."""

from __future__ import annotations

import json

import pytest
from moto import mock_aws

from pulumi_serverless.testing import queue_event
from serverless_runtime.queue_consumer import Message
from serverless_runtime.queue_consumer.receiving_queue import ReceivingQueue
from serverless_runtime.shared import aws


def test_the_queue_tells_after_how_many_receives_a_message_is_a_dead_letter() -> None:
    with mock_aws():
        sqs = aws.boto3_client("sqs")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        redrive = {"deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": 7}
        sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": json.dumps(redrive)})
        sqs.create_queue(QueueName="plain")

        start = "arn:aws:sqs:eu-west-1:123456789012"
        assert ReceivingQueue(f"{start}:work").max_receives == 7
        assert ReceivingQueue(f"{start}:plain").max_receives is None


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:4566"])
def test_a_message_is_hidden_by_its_receipt(
    endpoint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    requests = []

    class Sqs:
        def change_message_visibility(self, **arguments: object) -> None:
            requests.append(arguments)

    message = Message.from_record(queue_event("x")["Records"][0])
    ReceivingQueue(message.queue_arn, Sqs()).hide(message, 60)

    assert requests == [
        {
            "QueueUrl": f"{endpoint or 'https://sqs.eu-west-1.amazonaws.com'}/123456789012/work",
            "ReceiptHandle": "receipt-0",
            "VisibilityTimeout": 60,
        }
    ]

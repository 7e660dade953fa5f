"""An operator whose clients are those of a simulated AWS, and a queue's ARN."""

from __future__ import annotations

from typing import Any

from tests.ops.fakes import TARGET, Operator, Queue, aws_client, ended, stack_outputs

FUNCTION = TARGET


class AwsOperator(Operator):
    """Has every service; Lambda is recorded."""

    def _client(self, service: str, connection: Any) -> Any:
        return self.functions if service == "lambda" else aws_client(service)

    def knows(self, kind: str, url: str, **more: str) -> None:
        """Deploy a stack with this dead-letter queue."""
        entry = {"kind": kind, "queueUrl": url, **more}
        self.run = lambda _: ended(0, stack_outputs(deadLetters={"orders": entry}))


def make_queue(queue: Queue, name: str) -> tuple[str, str]:
    """Return URL and ARN of a new queue."""
    attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    url = str(queue.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
    found = queue.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, str(found["Attributes"]["QueueArn"])


def received(queue: Queue, url: str) -> list[dict[str, Any]]:
    """What waits in a queue."""
    messages: list[dict[str, Any]] = []
    while page := queue.sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    ).get("Messages"):
        messages += page
    return messages

"""A message that SQS moved here after its last receive: it returns to the queue it came from.

Any text is readable: what it means is its consumer's business.
"""

from __future__ import annotations

from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.failure_record import FailureRecord
from serverless_ops.dead_letters.kinds import Client, Message
from serverless_ops.dead_letters.replay_to_queue import QueueDestination
from serverless_ops.stack import DeadLetterQueue

_NOT_MOVED = (
    "not moved here by SQS: a topic could not deliver it to the queue, or somebody sent it here"
)


def recognizes(message: Message) -> bool:
    """Whether SQS names the queue it came from."""
    return "DeadLetterQueueSourceArn" in message.get("Attributes", {})


def read(message: Message) -> FailureRecord:
    """Return the body as it is; SQS does not know why its consumer failed, or the topic."""
    source = message.get("Attributes", {}).get("DeadLetterQueueSourceArn")
    if source is None:
        return FailureRecord(payload=message["Body"], reason=_NOT_MOVED, moved=True)
    return FailureRecord(
        payload=message["Body"],
        reason="not deleted by its consumer after the last receive "
        f"from {source.rpartition(':')[2]}",
        condition="ReceivesExhausted",
        moved=True,
        source_arn=source,
    )


def missing(queue: DeadLetterQueue) -> str | None:
    """Nothing: each message, or else the queue, names the source queue."""
    return None


def destination(queue: DeadLetterQueue, client: Client) -> Destination:
    """The queue that the messages came from."""
    return QueueDestination(client("sqs"), queue.queue_url, queue.source_queue_url)

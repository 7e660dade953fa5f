"""A message that SQS moved here after its last receive, or that its consumer parked here: it
returns to the queue it came from.

Any text is readable: what it means is its consumer's business.
"""

from __future__ import annotations

from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.failure_record import FailureRecord
from serverless_ops.dead_letters.kinds import Client, Message
from serverless_ops.dead_letters.parking import parked_sequence
from serverless_ops.dead_letters.replay_to_queue import QueueDestination
from serverless_ops.stack import DeadLetterQueue

_NOT_MOVED = (
    "not moved here by SQS: a topic could not deliver it to the queue, or somebody sent it here"
)
_PARKED = (
    "parked by its consumer: it, or an earlier one of its group, failed its last attempt; "
    "message group"
)


def recognizes(message: Message) -> bool:
    """Whether SQS names the queue it came from, or its consumer has parked it."""
    moved = "DeadLetterQueueSourceArn" in message.get("Attributes", {})
    return moved or parked_sequence(message) is not None


def read(message: Message) -> FailureRecord:
    """Return the body as it is; SQS does not know why its consumer failed, or the topic."""
    system = message.get("Attributes", {})
    source = system.get("DeadLetterQueueSourceArn")
    if source is None:
        is_parked = parked_sequence(message) is not None
        reason = f"{_PARKED} {system['MessageGroupId']}" if is_parked else _NOT_MOVED
        return FailureRecord(payload=message["Body"], reason=reason, moved=True)
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

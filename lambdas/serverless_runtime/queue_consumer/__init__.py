"""The consumer of a queue: `handle = each_message(work)` is the handler of its function."""

from serverless_runtime.queue_consumer.batch import each_message
from serverless_runtime.queue_consumer.message import Message, UnreadableMessageError

__all__ = ["Message", "UnreadableMessageError", "each_message"]

"""The sender's side of a queue: `QueueSender("stock-changes").send({"title": "…"})`."""

from serverless_runtime.queue_sender.sender import QueueSender

__all__ = ["QueueSender"]

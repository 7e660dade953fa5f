"""Asynchronous delivery from any number of callers to a function, a topic or a queue."""

from pulumi_serverless.handoff.alarms.thresholds import HandoffThresholds, OutboxThresholds
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.handoff.publisher import Publisher, PublisherArgs

__all__ = [
    "AsyncHandoff",
    "AsyncHandoffArgs",
    "HandoffThresholds",
    "OutboxThresholds",
    "Publisher",
    "PublisherArgs",
]

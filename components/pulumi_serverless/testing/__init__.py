"""For unit tests of a program: run it under mocks, and inspect what it declared.

graph = record(lambda: DeadLetterQueue("orders", DeadLetterQueueArgs(foundation=foundation)))
assert graph.only("aws:sqs/queue:Queue").inputs["messageRetentionSeconds"] == 14 * 86_400
"""

from pulumi_serverless.testing.mocks import AwsMocks, UnmockedCallError, record
from pulumi_serverless.testing.program import DuplicateResourceError, Graph, run_program
from pulumi_serverless.testing.queue_events import queue_event
from pulumi_serverless.testing.resource import Resource

__all__ = [
    "AwsMocks",
    "DuplicateResourceError",
    "Graph",
    "Resource",
    "UnmockedCallError",
    "queue_event",
    "record",
    "run_program",
]

"""For unit tests of a program: run it under mocks, and inspect what it declared.

graph = record(lambda: Queue("orders", QueueArgs()))
assert graph.only("aws:sqs/queue:Queue").inputs["sqsManagedSseEnabled"]
"""

from pulumi_serverless.testing.mocks import AwsMocks, UnmockedCallError, record
from pulumi_serverless.testing.program import DuplicateResourceError, Graph, Resource, run_program

__all__ = [
    "AwsMocks",
    "DuplicateResourceError",
    "Graph",
    "Resource",
    "UnmockedCallError",
    "record",
    "run_program",
]

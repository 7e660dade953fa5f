"""What the tests of the operator's commands share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.lambdas.moto_state import empty_tables
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import REGION, Operator, Queue, aws_client


@pytest.fixture
def queue() -> Iterator[Queue]:
    """An empty dead-letter queue."""
    with mock_aws():
        yield Queue(aws_client("sqs"))


@pytest.fixture
def operator(queue: Queue) -> Operator:
    """An operator at a terminal, with a target that accepts everything."""
    return Operator(queue)


@pytest.fixture
def reader() -> Iterator[Reader]:
    """An operator at a terminal, and a deliveries table with nothing in it."""
    with mock_aws():
        empty_tables(REGION)
        yield Reader(aws_client("dynamodb"))

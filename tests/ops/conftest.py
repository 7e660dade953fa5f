"""What the tests of the operator's commands share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.lambdas.tables import create_tables
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Operator, Queue


@pytest.fixture(scope="session")
def sqs() -> Any:
    """A client; making one takes longer than most tests."""
    return boto3.client(
        "sqs",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- moto checks none
    )


@pytest.fixture
def queue(sqs: Any) -> Iterator[Queue]:
    """An empty dead-letter queue."""
    with mock_aws():
        yield Queue(sqs)


@pytest.fixture
def operator(queue: Queue) -> Operator:
    """An operator at a terminal, with a target that accepts everything."""
    return Operator(queue)


@pytest.fixture
def reader() -> Iterator[Reader]:
    """An operator at a terminal, and a deliveries table with nothing in it."""
    with mock_aws():
        dynamodb = boto3.client(
            "dynamodb",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 -- moto checks none
        )
        create_tables(dynamodb)
        yield Reader(dynamodb)

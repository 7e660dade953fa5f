"""Tables in moto, put there as bytes, and a queue: by requests they take 20 ms of each test."""

from __future__ import annotations

import pickle
from functools import cache
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from serverless_runtime.shared import aws
from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL, create_tables


def make_tables_and_queue() -> None:
    """Make the tables of `tests.lambdas.tables`, empty, and the dead-letter queue."""
    _backend("dynamodb").tables = pickle.loads(_tables())  # noqa: S301 -- of this process
    _backend("sqs").create_queue(DEAD_LETTER_QUEUE_URL.rsplit("/", 1)[1])


@cache
def _tables() -> bytes:
    create_tables(aws.boto3_client("dynamodb"))
    return pickle.dumps(_backend("dynamodb").tables)


def _backend(service: Any) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID]["eu-west-1"]

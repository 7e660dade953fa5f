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
    empty_tables()
    _backend("sqs").create_queue(DEAD_LETTER_QUEUE_URL.rsplit("/", 1)[1])


def empty_tables() -> None:
    """Make the tables as they were when they were made."""
    put_tables(_empty_tables())


def tables() -> bytes:
    """Return all tables, with their rows, for `put_tables`."""
    return pickle.dumps(_backend("dynamodb").tables)


def put_tables(content: bytes) -> None:
    """Replace all tables, with their rows, by those of `tables`."""
    _backend("dynamodb").tables = pickle.loads(content)  # noqa: S301 -- of this process


@cache
def _empty_tables() -> bytes:
    create_tables(aws.boto3_client("dynamodb"))
    return tables()


def _backend(service: Any) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID]["eu-west-1"]

"""Tables in moto, put there as bytes, and a queue: by requests they take 20 ms of each test."""

from __future__ import annotations

import pickle
from functools import cache
from typing import Any

import boto3
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL, create_tables

REGION = "eu-west-1"


def make_tables_and_queue() -> None:
    """Make the tables of `tests.lambdas.tables`, empty, and the dead-letter queue."""
    empty_tables()
    _backend("sqs", REGION).create_queue(DEAD_LETTER_QUEUE_URL.rsplit("/", 1)[1])


def empty_tables(region: str = REGION) -> None:
    """Make the tables as they were when they were made."""
    put_tables(_empty_tables(region), region)


def tables(region: str = REGION) -> bytes:
    """Return all tables, with their rows, for `put_tables`."""
    return pickle.dumps(_backend("dynamodb", region).tables)


def put_tables(content: bytes, region: str = REGION) -> None:
    """Replace all tables, with their rows, by those of `tables`."""
    _backend("dynamodb", region).tables = pickle.loads(content)  # noqa: S301 -- of this process


@cache
def _empty_tables(region: str) -> bytes:
    create_tables(boto3.client("dynamodb", region))
    return tables(region)


def _backend(service: Any, region: str) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID][region]

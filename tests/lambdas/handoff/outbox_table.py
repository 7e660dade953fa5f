"""What is in the outbox table."""

from __future__ import annotations

from typing import Any

import boto3

from tests.lambdas.tables import OUTBOX


def rows() -> list[dict[str, Any]]:
    """Return every row, through its own client."""
    return list(boto3.client("dynamodb").scan(TableName=OUTBOX)["Items"])

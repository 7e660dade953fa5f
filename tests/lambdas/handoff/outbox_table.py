"""What is in the outbox table."""

from __future__ import annotations

from typing import Any

from serverless_runtime.shared import aws
from tests.lambdas.tables import OUTBOX


def rows() -> list[dict[str, Any]]:
    """Return every row."""
    return list(aws.boto3_client("dynamodb").scan(TableName=OUTBOX)["Items"])

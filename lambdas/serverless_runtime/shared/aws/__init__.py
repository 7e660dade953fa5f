"""AWS clients: made on first use, kept for the life of the process, with known patience.

DynamoDB and Lambda, which every request waits for, have small clients of our own: boto3 takes most
of a cold start (docs/decisions/0010-fast-functions.md). Every other service is boto3's. All of them
read AWS_ENDPOINT_URL from the environment, so the same code talks to an emulator.
"""

from __future__ import annotations

import functools
from typing import Any

from serverless_runtime.shared.aws.dynamodb import DynamoDb
from serverless_runtime.shared.aws.lambda_ import Lambda
from serverless_runtime.shared.aws.retries import Patience
from serverless_runtime.shared.aws.ses import Ses
from serverless_runtime.shared.aws.sqs import Sqs


def _patience(read_timeout: float, total_max_attempts: int) -> Patience:
    return Patience(
        connect_timeout=1, read_timeout=read_timeout, total_max_attempts=total_max_attempts
    )


PATIENCE = {
    # Answers in milliseconds; the worst case, 3 attempts of 3 s, stays within the API's 30 s.
    "dynamodb": _patience(read_timeout=2, total_max_attempts=3),
    # Only the 202 is awaited. A repeated invoke carries the same event id and is harmless.
    "lambda": _patience(read_timeout=3, total_max_attempts=2),
    # A dead letter that cannot be written in 8 s is left to Lambda's own retries.
    "sqs": _patience(read_timeout=3, total_max_attempts=2),
    # SES knows no idempotency key: a repeat after a lost answer would be a second message.
    "sesv2": _patience(read_timeout=10, total_max_attempts=1),
    # Nor does SNS for a number or a phone.
    "sns": _patience(read_timeout=5, total_max_attempts=1),
    # A webhook's time includes reading its secret, and Lambda's retry is the second attempt.
    "secretsmanager": _patience(read_timeout=3, total_max_attempts=1),
    "ssm": _patience(read_timeout=3, total_max_attempts=1),
}


@functools.cache
def dynamodb() -> DynamoDb:
    """Return the process's client for DynamoDB."""
    return DynamoDb(PATIENCE["dynamodb"])


@functools.cache
def lambda_() -> Lambda:
    """Return the process's client for Lambda."""
    return Lambda(PATIENCE["lambda"])


@functools.cache
def sqs() -> Sqs:
    """Return the process's client for SQS."""
    return Sqs(PATIENCE["sqs"])


@functools.cache
def ses() -> Ses:
    """Return the process's client for SES."""
    return Ses(PATIENCE["sesv2"])


@functools.cache
def _session() -> Any:
    # Not at the top: functions that need no boto3 have none in their bundles.
    import boto3  # noqa: PLC0415

    return boto3.session.Session()


@functools.cache
def client(service: str) -> Any:
    """Return the process's boto3 client for `service`.

    Raises KeyError if its patience is not decided above.
    """
    from botocore.config import Config  # noqa: PLC0415 - as above

    patience = PATIENCE[service]
    return _session().client(
        service,
        config=Config(
            connect_timeout=patience.connect_timeout,
            read_timeout=patience.read_timeout,
            retries={"mode": "standard", "total_max_attempts": patience.total_max_attempts},
        ),
    )

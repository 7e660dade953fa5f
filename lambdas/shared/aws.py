"""AWS clients: made on first use, kept for the life of the process, with known patience.

botocore reads AWS_ENDPOINT_URL from the environment by itself, so the same code talks to an
emulator.
"""

from __future__ import annotations

import functools
from typing import Any

import boto3
from botocore.config import Config


def _patience(read_timeout: float, total_max_attempts: int) -> Config:
    return Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": total_max_attempts},
    )


_PATIENCE = {
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
def _session() -> Any:
    return boto3.session.Session()


@functools.cache
def client(service: str) -> Any:
    """Return the process's client for `service`; KeyError if its patience is not decided above."""
    return _session().client(service, config=_PATIENCE[service])

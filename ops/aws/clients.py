"""boto3 clients for AWS, or for the emulator on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ops.aws.errors import UnreachableError, explain


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach the AWS of a stack."""

    region: str | None
    endpoint_url: str | None
    local: bool
    """Whether it is the emulator on this machine, which needs no real credentials."""


def make_client(service: str, connection: Connection) -> Any:
    """Return a boto3 client. Raises UnreachableError if it cannot be created."""
    # Replay retries a failed invoke itself, so that every attempt is reported.
    attempts = 1 if service == "lambda" else 4
    config = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": attempts},
        **({"proxies": {}} if connection.local else {}),
    )
    try:
        return _session(connection).client(
            service,
            region_name=connection.region,
            endpoint_url=connection.endpoint_url,
            config=config,
        )
    except BotoCoreError as error:
        raise UnreachableError(explain(error)) from error
    except ValueError as error:
        raise UnreachableError(f"{error}; check --endpoint-url") from error


def _session(connection: Connection) -> boto3.Session:
    if not connection.local:
        return boto3.Session()
    # No profile: one named by AWS_PROFILE may not exist, and must not be used if it does.
    no_profile: dict[str, Any] = {"profile": (None, [], None, None)}
    return boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- the emulator's well-known credentials
        botocore_session=botocore.session.Session(session_vars=no_profile),
    )

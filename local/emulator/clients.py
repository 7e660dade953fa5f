"""Clients of the emulator, untouched by the AWS settings of the shell they run in."""

from __future__ import annotations

import json
import os
import secrets
import threading
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ACCOUNT_ID = "000000000000"
REGION = "us-east-1"

_making = threading.Lock()
"""Sessions may not make two clients at once."""


class Credentials(NamedTuple):
    """What signs the calls."""

    access_key: str
    secret_key: str
    session_token: str | None = None


def make_credentials(folder: Path) -> Credentials:
    """New credentials of an emulator's deployer, who may do anything, in a file of `folder`.

    Only its owner can read the file; `serverless_ops` does, too.
    """
    made = Credentials(f"LOCAL{secrets.token_hex(10).upper()}", secrets.token_urlsafe(30))
    descriptor = os.open(_file(folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"accessKey": made.access_key, "secretKey": made.secret_key}, file)
    return made


def read_credentials(folder: Path) -> Credentials:
    """The credentials that `make_credentials` wrote. Raises FileNotFoundError."""
    found = json.loads(_file(folder).read_text())
    return Credentials(found["accessKey"], found["secretKey"])


def _file(folder: Path) -> Path:
    return folder / "credentials.json"


class Clients:
    """Makes one boto3 client per service and caches it. Safe to share between threads."""

    def __init__(self, endpoint: str, credentials: Credentials) -> None:
        self.endpoint = endpoint
        self._credentials = credentials
        self._clients: dict[str, Any] = {}

    def environment(self) -> dict[str, str]:
        """The environment that makes an AWS SDK in another process use the emulator."""
        return {
            "AWS_ACCESS_KEY_ID": self._credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self._credentials.secret_key,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def __call__(self, service: str) -> Any:
        """The client of one service by its boto3 name, e.g. "sqs"."""
        with _making:
            if service not in self._clients:
                self._clients[service] = _session().client(
                    service,
                    region_name=REGION,
                    endpoint_url=self.endpoint,
                    aws_access_key_id=self._credentials.access_key,
                    aws_secret_access_key=self._credentials.secret_key,
                    aws_session_token=self._credentials.session_token,
                )
            return self._clients[service]


@cache
def _session() -> Any:
    """One for all clients: what it has read of AWS's services, hundreds of milliseconds of a
    processor, is the same for every emulator."""
    # Imported at the first call: most commands make none.
    import boto3  # noqa: PLC0415
    import botocore.config  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    # No profile: one named by AWS_PROFILE may not exist, and must not be used if it does.
    no_profile: dict[str, Any] = {"profile": (None, [], None, None)}
    session = botocore.session.Session(session_vars=no_profile)
    session.set_default_client_config(
        botocore.config.Config(
            proxies={},
            max_pool_connections=50,
            retries={"total_max_attempts": 1},
            inject_host_prefix=False,
        )
    )
    return boto3.Session(botocore_session=session)

"""boto3 clients for AWS, or for the emulator on this machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, NamedTuple

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from serverless_ops.aws.errors import UnreachableError, explain
from serverless_ops.aws.waiting import Waiting

_KEPT_CONNECTIONS = 50
"""Of a client: `status` reads all queues at the same time, and few stacks have more."""


class Keys(NamedTuple):
    """What signs calls of the emulator."""

    access_key: str
    secret_key: str


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach the AWS of a stack."""

    region: str | None = None
    profile: str | None = None
    """A profile of the AWS configuration; None for the one that the environment names, if any."""

    endpoint_url: str | None = None
    local: bool = False
    """Whether it is the emulator on this machine, which knows no other credentials than its own."""

    keys: Keys | None = None
    """The emulator's; None if no emulator that `make up` started has this address."""


class Clients:
    """Makes the boto3 clients of a run: one per service and connection. Threads may share it.

    A connection's clients share a session: creating one is most of the work of creating a client.
    """

    def __init__(self, waiting: Waiting | None = None) -> None:
        self._waiting = waiting or Waiting()
        self._sessions = dict[Connection, boto3.Session]()
        self._clients = dict[tuple[str, Connection], Any]()
        # A session must not make two clients at the same time.
        self._lock = threading.Lock()

    def __call__(self, service: str, connection: Connection) -> Any:
        """Return the client. Raises UnreachableError if it cannot be created."""
        key = (service, connection)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._made(service, connection)
            return self._clients[key]

    def _made(self, service: str, connection: Connection) -> Any:
        limits = self._waiting.limits
        # Replay retries a failed invoke itself, so that every attempt is reported.
        attempts = 1 if service == "lambda" else 3
        config = Config(
            connect_timeout=limits.connect,
            read_timeout=limits.attempt,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=_KEPT_CONNECTIONS,
            **({"proxies": {}} if connection.local else {}),
        )
        try:
            if connection not in self._sessions:
                self._sessions[connection] = _session(connection)
            client = self._sessions[connection].client(
                service,
                region_name=connection.region,
                endpoint_url=connection.endpoint_url,
                config=config,
            )
        except BotoCoreError as error:
            raise UnreachableError(explain(error)) from error
        except ValueError as error:
            raise UnreachableError(f"{error}; check --endpoint-url") from error
        self._waiting.limit(client)
        return client


def _session(connection: Connection) -> boto3.Session:
    if not connection.local:
        return boto3.Session(profile_name=connection.profile)
    if connection.keys is None:
        raise UnreachableError(
            f"there is no key for {connection.endpoint_url}: no local deployment has this address; "
            "start it with make up, or pass the --endpoint-url of one that is running"
        )
    # No profile: one named by AWS_PROFILE may not exist, and must not be used if it does.
    no_profile: dict[str, Any] = {"profile": (None, [], None, None)}
    return boto3.Session(
        aws_access_key_id=connection.keys.access_key,
        aws_secret_access_key=connection.keys.secret_key,
        botocore_session=botocore.session.Session(session_vars=no_profile),
    )

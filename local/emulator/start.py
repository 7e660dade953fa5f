"""Starts and stops MiniStack, the AWS emulator. The only module that knows how it is run.

It listens on 127.0.0.1 only, local/emulator/web_page_guard.py keeps web pages out, and each run has
a key of its own, because anyone who may call it can run code; it does not inherit this shell's
environment, because the functions would inherit it too; and it enforces IAM policies.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import certifi

from local.emulator.clients import ACCOUNT_ID, REGION, Clients, Credentials, make_credentials
from local.emulator.differences import Difference
from local.emulator.guarded_app import PROXY_PORT
from local.errors import ExpectedError
from local.instance import ROOT, Instance
from local.wait import DeadlineExceededError, wait_until

DIFFERENCES = (
    Difference(
        aws="functions trust the public certificate authorities",
        emulator="the same, so they reject a webhook receiver on this machine",
        workaround="SSL_CERT_FILE names a file of authorities, which Emulator.trust replaces with "
        "the one that local/scenario/receiver.py creates for each run",
    ),
)

DEFAULT_PORT = 4566

_RUN_MINISTACK = Path(__file__).with_name("run_ministack.py")
_HOST = "127.0.0.1"
# Below the ports of outgoing connections: Linux takes those from 32768 on, others from higher.
_LISTENING_PORTS = range(20_000, 32_768)
_START_SECONDS = 20
_GET_SECONDS = 10
_HEALTH_SECONDS = 2
_LOG_TAIL_LINES = 20

# An event above the account's limit counts as a failed attempt in the emulator (AWS: it waits), so
# the limit is above any burst. Invocations that wait for a worker count, too.
_ACCOUNT_CONCURRENCY = 10_000
_IDLE_WORKER_SECONDS = 30


class EmulatorError(ExpectedError):
    """The emulator cannot start or has died; the message states the reason and what to do."""


class Emulator:
    """An emulator that runs on `port`, with its files in `directory`."""

    def __init__(self, directory: Path, port: int, credentials: Credentials) -> None:
        self.port = port
        self.url = emulator_url(port)
        self.directory = directory
        self.log = directory / "emulator.log"
        self._authorities = directory / "authorities.pem"
        self.credentials = credentials
        self.client = Clients(self.url, credentials)

    def trust(self, authority: Path) -> None:
        """Make the functions trust this file of certificates, instead of the system's."""
        shutil.copyfile(authority, self._authorities)

    def environment(self) -> dict[str, str]:
        """What the functions inherit: the file of the authorities that they trust."""
        return {"SSL_CERT_FILE": str(self._authorities)}

    def emails(self) -> list[dict[str, Any]]:
        """Every email sent, oldest first; each has Source, To, Subject, BodyText, MessageId."""
        messages: list[dict[str, Any]] = self._get("ses/messages")["messages"].get(ACCOUNT_ID, [])
        return messages

    def texts(self) -> list[dict[str, Any]]:
        """Every SMS sent, by number and then oldest first; each has PhoneNumber and Message."""
        sent = self._get("sns/sms-messages")["sms_messages"]
        return [text for texts in sent.values() for text in texts]

    def waiting(self, queue_name: str) -> list[dict[str, Any]]:
        """What waits in a queue, without touching it; each has Body and MessageAttributes."""
        query = {"QueueUrl": f"{self.url}/{ACCOUNT_ID}/{queue_name}"}
        found = self._get("sqs/messages", query)["messages"][ACCOUNT_ID][REGION]
        return [message for messages in found.values() for message in messages]

    def problem(self) -> str | None:
        """Why it does not respond as it should, or None."""
        try:
            self._get("health", seconds=_HEALTH_SECONDS)
        except EmulatorError as error:
            return str(error)
        return None

    def _get(
        self, what: str, query: Mapping[str, str] | None = None, *, seconds: float = _GET_SECONDS
    ) -> Any:
        # Not httpx: a client of its own takes 30 ms of a processor, and this is polled.
        with closing(http.client.HTTPConnection(_HOST, self.port, timeout=seconds)) as connection:
            try:
                connection.request("GET", f"/_ministack/{what}?{urlencode(query or {})}")
                response = connection.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException) as error:
                raise EmulatorError(f"{self.url} does not respond: {error!r}") from error
        if response.status != http.HTTPStatus.OK:
            raise EmulatorError(f"{what} at {self.url}: status {response.status}, {text!r}")
        return json.loads(text)


@contextmanager
def running_emulator(
    instance: Instance,
    port: int,
    *,
    retry_base_seconds: float,
    proxy_port: int | None = None,
    without_patches: Sequence[str] = (),
    function_python: Path | None = None,
    only_service: str | None = None,
) -> Iterator[Emulator]:
    """An emulator on `port` for as long as the block runs. The caller owns `instance`.

    `retry_base_seconds` is the wait before a failed event's first retry; it doubles (AWS: 60 s).
    `proxy_port` is where a proxy of the caller's listens: its requests carry that port in Host.
    `without_patches` names modules of local/emulator/patches: tests show what they are needed for.
    `function_python` runs the functions instead of the emulator's own Python.
    `only_service` such as "dynamodb" is all that it has then, and anyone may use it without a key:
    for functions of another emulator, whose roles it does not know.
    Raises EmulatorError if the port is taken, the emulator is not installed, or it dies.
    """
    python = emulator_python()
    require_free_port(port)
    emulator = Emulator(instance.directory, port, make_credentials(instance.directory))
    emulator.trust(Path(ssl.get_default_verify_paths().cafile or certifi.where()))
    with emulator.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and script
            [python, str(_RUN_MINISTACK), f"{instance.directory}{os.sep}"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={
                **_environment(instance, emulator, retry_base_seconds),
                **({"AUTH": "false", "SERVICES": only_service} if only_service else {}),
                **({PROXY_PORT: str(proxy_port)} if proxy_port else {}),
                "EMULATOR_WITHOUT_PATCHES": ",".join(without_patches),
                "EMULATOR_FUNCTION_PYTHON": str(function_python or ""),
            },
            cwd=instance.directory,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(emulator, process)
        yield emulator
    finally:
        _stop(process)


def emulator_python() -> Path:
    """The emulator's own interpreter; EmulatorError explains how to install it."""
    python = ROOT / ".venv-emulator" / "bin" / "python"
    if not python.exists():
        raise EmulatorError("the emulator is not installed in .venv-emulator; run `make setup`")
    return python


def emulator_url(port: int) -> str:
    """The URL of an emulator on `port`, without a trailing slash."""
    return f"http://{_HOST}:{port}"


def free_port() -> int:
    """A port that is free now, and that the system gives to no connection until it is used."""
    while True:
        port = random.choice(_LISTENING_PORTS)  # noqa: S311 -- not a secret
        with suppress(EmulatorError):
            require_free_port(port)
            return port


def require_free_port(port: int) -> None:
    """Raise EmulatorError if the port is in use."""
    with socket.socket() as probe:
        # As the server itself does: a connection in TIME_WAIT does not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise EmulatorError(
                f"port {port} must be free, but {_HOST}:{port} is taken ({error.strerror}); "
                "stop what listens there (`make down` if it is this project), "
                "or choose another with PORT=4570"
            ) from None


def _environment(
    instance: Instance, emulator: Emulator, retry_base_seconds: float
) -> dict[str, str]:
    """The emulator's environment, which the functions inherit, except for the deployer's key."""
    return {
        **emulator.environment(),
        "PATH": os.defpath,
        "HOME": str(instance.directory),
        "LANG": "C.UTF-8",
        "TMPDIR": str(instance.temp),
        "GATEWAY_PORT": str(emulator.port),
        "BIND_HOST": _HOST,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": emulator.credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": emulator.credentials.secret_key,
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": str(retry_base_seconds),
        "LAMBDA_ACCOUNT_CONCURRENCY": str(_ACCOUNT_CONCURRENCY),
        "LAMBDA_WARM_TTL_SECONDS": str(_IDLE_WORKER_SECONDS),
    }


def _wait_until_healthy(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    def problem() -> str | None:
        if process.poll() is not None:
            raise EmulatorError(
                f"the emulator exited with status {process.returncode} before it was ready; "
                f"its log ends:\n{_tail(emulator.log)}"
            )
        return emulator.problem()

    try:
        wait_until(
            problem,
            "the emulator to respond",
            seconds=_START_SECONDS,
            enough=lambda found: found is None,
        )
    except DeadlineExceededError as error:
        raise EmulatorError(f"{error}; its log ends:\n{_tail(emulator.log)}") from None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill the emulator and its process group: their state ends with them."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    if process.stdin:
        process.stdin.close()


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    return "\n".join(f"  {line}" for line in lines) or "  (empty)"

"""Whatever an endpoint does instead of responding, every command says so and ends in time."""

from __future__ import annotations

import functools
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from botocore.exceptions import ReadTimeoutError
from click.testing import CliRunner

from serverless_ops.aws.clients import Clients
from serverless_ops.aws.waiting import Limits, SilentEndpointError, Waiting, announced
from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_ops.options import UNREACHABLE
from tests.ops.fakes import TARGET, stack_outputs

FAST = Limits(notice=0.03, connect=0.08, attempt=0.08, give_up=0.2)
CIRCUITS = {"tableName": "circuits", "circuits": ["carrier"], "key": {"circuit": "{circuit}"}}
ROUTES = {
    "parameterName": "/shop/stages",
    "component": "shop",
    "routes": {"GET /products": "legacy"},
    "readSeconds": 10,
}
ID = str(uuid.UUID(int=1))

Serve = Callable[[socket.socket], None]


def _say_nothing(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def _close(connection: socket.socket) -> None:
    connection.recv(1)


def _drip(beginning: bytes, connection: socket.socket) -> None:
    connection.recv(1)
    connection.sendall(beginning)
    pause = threading.Event()
    while not pause.wait(0.02):
        connection.sendall(b"x")


SERVERS: dict[str, Serve] = {
    "says nothing": _say_nothing,
    "closes": _close,
    "drips headers": functools.partial(_drip, b"HTTP/1.1 200 OK\r\nX-Long: "),
    "drips a body": functools.partial(
        _drip, b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
    ),
}


@contextmanager
def _serving(serve: Serve) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:

        def run(connection: socket.socket) -> None:
            with connection:
                try:
                    serve(connection)
                except OSError:
                    return  # the client has gone

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=run, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


def _leaves(
    command: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield words, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _leaves(each, (*words, name))


COMMANDS = {" ".join(words): command for words, command in _leaves(commands)}
CHOICES = {"deliveries": ("--event", ID)}
"""What a command needs that is not marked as required, as it has alternatives."""

ARGUMENTS = {"route": "GET /products", "stage": "legacy"}
"""Arguments that are no id, by name."""


def _arguments(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument) and parameter.required:
            yield ARGUMENTS.get(str(parameter.name), ID)


def _outputs(folder: Path, url: str) -> str:
    queue = {"kind": "invocation", "queueUrl": f"{url}/1/dead", "targetArn": TARGET}
    file = folder / "outputs.json"
    file.write_text(
        stack_outputs(
            alarms={"depth": "depth"},
            functions={"notify": "notify"},
            deadLetters={"events": queue},
            outboxes={"events": {"tableName": "outbox", "relayFunctionName": "relay"}},
            deliveries={"notifications": {"tableName": "deliveries"}},
            circuitBreakers={"quotes": CIRCUITS},
            movingRoutes={"shop": ROUTES},
        )
    )
    return str(file)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("behaviour", "name"),
    [
        *((behaviour, name) for behaviour in ("says nothing", "closes") for name in COMMANDS),
        # The client, which all share, ends what drips.
        *((behaviour, "outbox list") for behaviour in ("drips headers", "drips a body")),
    ],
)
def test_every_command_says_what_it_waits_for_and_ends_in_time(
    behaviour: str, name: str, tmp_path: Path
) -> None:
    with _serving(SERVERS[behaviour]) as url:
        words = [*name.split(), *_arguments(COMMANDS[name]), *CHOICES.get(name, ())]
        words += ["--outputs", _outputs(tmp_path, url), "--endpoint-url", url]
        client = Clients(Waiting(limits=FAST))
        started = time.monotonic()
        result = CliRunner().invoke(commands, words, obj=Context(client=client))
        seconds = time.monotonic() - started

    assert result.exit_code == UNREACHABLE, result.output
    assert isinstance(result.exception, SystemExit)
    assert url in result.stderr + result.stdout
    if behaviour != "closes":
        assert f" at {url} (" in result.stderr
        # Starting the clients takes seconds on a busy machine; boto3 alone would wait for minutes.
        assert seconds < FAST.give_up + 15


class _Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _client(waiting: Waiting, respond: Callable[[], Any], url: str = "https://x") -> Any:
    service = SimpleNamespace(service_name="sqs")
    client = SimpleNamespace(
        meta=SimpleNamespace(endpoint_url=url, service_model=service),
        _make_api_call=lambda operation, arguments: respond(),
    )
    waiting.limit(client)
    return client._make_api_call


def test_after_the_limit_calls_fail_at_once_and_later_are_tried_again() -> None:
    clock, calls = _Clock(), []

    def respond() -> dict[str, Any]:
        calls.append(clock.seconds)
        if clock.seconds < 100:
            clock.seconds += 12
            raise ReadTimeoutError(endpoint_url="https://x")
        return {"ok": True}

    call = _client(Waiting(clock=clock), respond)
    for _ in range(2):
        with pytest.raises(ReadTimeoutError):
            call("Receive", {})
    with pytest.raises(SilentEndpointError, match="has not responded for 24 s"):
        call("Receive", {})
    clock.seconds = 100
    assert call("Receive", {}) == {"ok": True}
    assert calls == [0, 12, 100]


def test_a_response_ends_the_silence_and_other_endpoints_are_not_affected() -> None:
    clock, silent = _Clock(), [True]
    waiting = Waiting(clock=clock)

    def respond() -> dict[str, Any]:
        if silent[0]:
            clock.seconds += 20
            raise ReadTimeoutError(endpoint_url="https://x")
        return {}

    call, other = _client(waiting, respond), _client(waiting, dict, "https://y")
    for quiet in (True, False, True):
        silent[0] = quiet
        if quiet:
            with pytest.raises(ReadTimeoutError):
                call("Receive", {})
        else:
            assert call("Receive", {}) == {}
        assert other("Receive", {}) == {}


def test_another_program_is_named_while_it_is_waited_for(
    capfd: pytest.CaptureFixture[str],
) -> None:
    reader, writer = os.pipe()
    with announced("pulumi stack output", seconds=0.01), open(reader) as pipe:  # noqa: PTH123
        threading.Timer(0.3, os.close, (writer,)).start()
        pipe.read()
    with announced("what is quick"):
        pass

    assert capfd.readouterr().err == "Waiting for pulumi stack output …\n"

"""The emulator starts cleanly, explains what is wrong, and never outlives its starter."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.cli import unwind_on_signals
from local.emulator import start as module
from local.emulator.start import (
    Emulator,
    EmulatorError,
    free_port,
    require_free_port,
    running_emulator,
)
from local.instance import ROOT, Instance
from local.wait import wait_until

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STARTER = """
import sys, threading
from pathlib import Path
from local.emulator.start import running_emulator
from local.instance import Instance
from local.cli import unwind_on_signals
unwind_on_signals()
with (
    Instance("test", Path(sys.argv[1])).owned() as instance,
    running_emulator(instance, int(sys.argv[2]), retry_base_seconds=1),
):
    print("ready", flush=True)
    threading.Event().wait()
"""


def _starter(folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-c", _STARTER, str(folder), str(free_port())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()
    return process


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has 127.0.0.2 by itself")
def test_it_is_reached_on_this_machine_only(emulator: Emulator) -> None:
    assert httpx.get(f"{emulator.url}/_ministack/health", trust_env=False).status_code == 200
    with socket.socket() as elsewhere:
        # Free on every address but the one it listens on.
        elsewhere.bind(("127.0.0.2", emulator.port))


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(EmulatorError, match=rf"port {port} must be free.*make down.*PORT="):
            require_free_port(port)


@pytest.mark.skipif(sys.platform != "linux", reason="where Linux says it")
def test_a_free_port_is_none_that_a_connection_could_take_meanwhile() -> None:
    first, _last = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()

    assert {free_port() < int(first) for _ in range(100)} == {True}


def test_a_missing_installation_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)

    with pytest.raises(EmulatorError, match=r"not installed.*run `make"):
        module.emulator_python()


def test_an_emulator_that_dies_early_shows_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "emulator_python", lambda: Path("/bin/echo"))

    with (
        Instance("test", tmp_path).owned() as instance,
        pytest.raises(EmulatorError, match=r"exited with status 0 .*\n  .*run_ministack\.py"),
        running_emulator(instance, free_port(), retry_base_seconds=1),
    ):
        pass


@pytest.fixture
def unwinding() -> Iterator[None]:
    """This process, unwinding on signals."""
    # What is not unwound is ignored: by default it would end the tests.
    before = {each: signal.signal(each, signal.SIG_IGN) for each in STOP_SIGNALS}
    unwind_on_signals()
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("unwinding")
@pytest.mark.parametrize("stop_signal", STOP_SIGNALS)
def test_a_signal_to_stop_unwinds_and_none_after_it_interrupts(stop_signal: signal.Signals) -> None:
    with pytest.raises(SystemExit) as raised:
        signal.raise_signal(stop_signal)
    for each in STOP_SIGNALS:
        signal.raise_signal(each)

    assert raised.value.code == 128 + stop_signal


def test_a_starter_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    starter = _starter(tmp_path)
    assert Instance("test", tmp_path).processes()

    starter.send_signal(signal.SIGTERM)

    assert starter.wait() == 128 + signal.SIGTERM
    assert Instance("test", tmp_path).processes() == []
    assert list(tmp_path.iterdir()) == []


def test_the_emulator_dies_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    starter = _starter(tmp_path)

    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()

    instance = Instance("test", tmp_path)
    wait_until(lambda: instance.processes() == [], "the emulator to end", seconds=5)
    with instance.owned():
        assert list(instance.directory.iterdir()) == [instance.temp]

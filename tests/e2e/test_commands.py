"""`python -m local`: what it starts ends with it, however and whenever it is stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.instance import FOLDER, ROOT
from local.wait import wait_until
from tests.e2e.local_command import local, port_for_up

# Lines of the tour, from before the emulator starts to after the replay.
STEPS = ("Starting the emulator", "1. A client", "5. Email fails", "7. Email is")


def _processes_of_tours() -> list[str]:
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,command="],  # noqa: S607 -- wherever the system has it
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line for line in listing.splitlines() if f"{FOLDER}{os.sep}tour-" in line]


def _tour_until(step: str) -> subprocess.Popen[str]:
    """A tour that has just printed `step`."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "local", "tour"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = []
    for line in process.stdout:
        printed.append(line)
        if line.startswith(step):
            return process
    process.communicate()
    raise AssertionError(f"the tour ended before {step!r}:\n{''.join(printed)}")


def _end(process: subprocess.Popen[str], stop_signal: signal.Signals) -> int:
    process.send_signal(stop_signal)
    process.communicate()
    return process.returncode


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_tour_stopped_at_any_step_leaves_nothing(step: str, stop_signal: signal.Signals) -> None:
    assert _end(_tour_until(step), stop_signal) == 128 + stop_signal

    assert _processes_of_tours() == []
    assert list(FOLDER.glob("tour-*")) == []


def test_after_a_killed_tour_the_next_one_cleans_up_and_works() -> None:
    _end(_tour_until("5. Email fails"), signal.SIGKILL)
    wait_until(lambda: _processes_of_tours() == [], "the emulator to end", seconds=5)
    assert list(FOLDER.glob("tour-*"))

    tour = local("tour")

    assert tour.returncode == 0, tour.stdout
    assert list(FOLDER.glob("tour-*")) == []


@pytest.fixture
def port() -> Iterator[int]:
    with port_for_up() as chosen:
        yield chosen


def test_what_up_prints_works_when_pasted(port: int, tmp_path: Path) -> None:
    up = local("up", "--port", str(port))
    assert up.returncode == 0, up.stdout + up.stderr
    commands = re.search(r"API=.*?-X DELETE [^\n]*", up.stdout, re.DOTALL)
    assert commands, up.stdout

    # Echoed, so that each response stands below its command.
    shell = ["sh", "-euv", "-c", commands[0].replace("curl ", "curl -sS --fail-with-body ")]
    pasted = subprocess.run(  # noqa: S603 -- the commands of the line above
        shell, capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert pasted.returncode == 0, pasted.stdout + pasted.stderr
    assert "201" in pasted.stdout
    assert '"Updated title"' in pasted.stdout


def test_up_has_a_webhook_receiver_that_down_ends(port: int) -> None:
    up = local("up", "--port", str(port))
    [api] = re.findall(r"^API=(.*)$", up.stdout, re.MULTILINE)
    [receiver] = re.findall(r"curl -sk (https://\S+)$", up.stdout, re.MULTILINE)
    # As the printed command does: only the functions trust its authority.
    with httpx.Client(verify=False, trust_env=False) as client:  # noqa: S501
        task_id = client.post(f"{api}/tasks", json={"title": "By hand"}).json()["id"]

        [received] = wait_until(lambda: client.get(receiver).json(), "the webhook", seconds=30)
        assert task_id in received["body"]

        local("down", "--port", str(port))
        with pytest.raises(httpx.ConnectError):
            client.get(receiver)


def test_up_again_prints_the_same_and_down_stops_it(port: int) -> None:
    first = local("up", "--port", str(port))
    second = local("up", "--port", str(port))
    assert first.returncode == second.returncode == 0
    assert (
        first.stdout[first.stdout.index("API=") :] == second.stdout[second.stdout.index("API=") :]
    )

    assert local("down", "--port", str(port)).returncode == 0

    again = local("down", "--port", str(port))
    assert (again.returncode, again.stdout) == (0, "Nothing is running.\n")

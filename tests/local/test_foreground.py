"""A command in the foreground is told to stop once for each time, and ends in its own time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.foreground import run_in_foreground
from local.instance import ROOT
from tests.local.slow_to_stop import STATUS, next_line, started_by

_RUN = """
import os, sys
from local.cli import unwind_on_signals
from local.foreground import run_in_foreground

unwind_on_signals()
sys.exit(run_in_foreground(sys.argv[1:], os.environ))
"""


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with started_by([sys.executable, "-c", _RUN], PYTHONPATH=str(ROOT)) as started:
        yield started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_and_the_command_ends_in_its_own_time(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    process.send_signal(number)

    assert next_line(process) == number.name
    assert process.communicate("end\n") == ("ended\n", "")
    assert process.returncode == STATUS


def test_ctrl_c_in_a_terminal_reaches_the_command_once_for_each_time(
    process: subprocess.Popen[str],
) -> None:
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        assert next_line(process) == "SIGINT"
    process.send_signal(signal.SIGTERM)

    # One that was passed on would come before it.
    assert next_line(process) == "SIGTERM"
    assert process.communicate("end\n") == ("ended\n", "")
    assert process.returncode == STATUS


def test_a_command_that_a_signal_has_ended_has_the_status_of_a_shell() -> None:
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

    assert run_in_foreground([sys.executable, "-c", killed], os.environ) == 128 + signal.SIGKILL


def test_afterwards_signals_are_handled_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)

    assert run_in_foreground([sys.executable, "-c", ""], os.environ) == 0

    assert signal.getsignal(signal.SIGINT) is before

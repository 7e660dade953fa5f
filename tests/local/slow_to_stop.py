"""A command that, once told to stop, ends only when something comes on its standard input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

STATUS = 7

_COMMAND = f"""
import signal, sys

def told(number, frame):
    print(signal.Signals(number).name, flush=True)

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, told)
print("started", flush=True)
sys.stdin.readline()
print("ended", flush=True)
sys.exit({STATUS})
"""

COMMAND = (sys.executable, "-c", _COMMAND)


@contextmanager
def started_by(words: Sequence[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The words as a process group of their own, once the command that they run has started."""
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and arguments
        [*words, *COMMAND],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert next_line(process) == "started"
            yield process
        finally:
            # A test that has failed leaves it waiting for its input.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def next_line(process: subprocess.Popen[str]) -> str:
    """The next line that the command prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()

"""A fresh Python that sees one function's code and the standard library: what it runs, its cost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.interpreters import function_python
from benchmarks.subjects import EVENT, Subject

_INSTRUCTIONS = re.compile(r"I\s+refs:\s+([\d,]+)")

END = "\nimport os; os._exit(0)"
"""Without the interpreter's own shutdown: on Lambda there is none either."""


class ValgrindMissingError(Exception):
    """Instructions cannot be counted here."""

    def __init__(self) -> None:
        super().__init__(
            "valgrind, which counts instructions, is not installed: "
            "`apt-get install valgrind` (as root), `dnf install valgrind` or the like"
        )


def python(folder: Path | None, statement: str) -> list[str]:
    """Return the command line that runs `statement` with only `folder` to import from."""
    path = f"import sys; sys.path.insert(0, {str(folder)!r})\n" if folder else ""
    # -B: like /var/task, the folder is not written to.
    return [str(function_python()), "-S", "-s", "-P", "-B", "-c", path + statement]


def run(command: list[str], environment: Mapping[str, str]) -> str:
    """Run to the end and return what it printed. Raises RuntimeError with its errors."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        command,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a benchmark's process failed:\n{done.stderr[-3000:]}")
    return done.stdout


def environment_of(function: Mapping[str, str]) -> dict[str, str]:
    """Return what a process gets: the function's environment, and the same hashes each time."""
    return {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", **function}


def uncollected(command: list[str]) -> list[str]:
    """Return the command without searches for garbage.

    One takes as much as three creates. Whether it falls into those that are counted depends on how
    much was imported before.
    """
    *options, program = command
    return [*options, f"import gc; gc.disable()\n{program}"]


def instructions(command: list[str], environment: Mapping[str, str]) -> int:
    """Return how many instructions the process executes in user space.

    It repeats to a thousandth, on a busy machine too. Raises ValgrindMissingError.
    """
    if shutil.which("valgrind") is None:
        raise ValgrindMissingError
    with tempfile.NamedTemporaryFile(prefix="valgrind-", suffix=".txt") as log:
        run(
            [
                *("valgrind", "--tool=cachegrind", "--cache-sim=no"),
                *("--cachegrind-out-file=/dev/null", f"--log-file={log.name}"),
                *command,
            ],
            environment,
        )
        text = Path(log.name).read_text()
    found = _INSTRUCTIONS.search(text)
    if found is None:
        raise RuntimeError(f"valgrind reported no instruction count:\n{text[-2000:]}")
    return int(found.group(1).replace(",", ""))


def init(subject: Subject) -> str:
    """Import the handler, and make what the first request needs."""
    return f"import {subject.module}\n{subject.clients}"


def requests(subject: Subject, number: int) -> str:
    """Import the handler and serve `number` requests; the first makes what it needs."""
    return (
        f"import {subject.module} as handler\n"
        f"for _ in range({number}):\n"
        f"    response = handler.handle({EVENT!r}, None)\n"
        f"    assert response['statusCode'] == 201, response\n"
    )


def counting_waits(subject: Subject, number: int) -> str:
    """Serve `number` requests; the last word it prints is how many responses they waited for."""
    return (
        "from serverless_runtime.shared.aws.connections import Connections\n"
        "send, waited = Connections.send, []\n"
        "Connections.send = lambda *request: waited.append(1) or send(*request)\n"
        f"{requests(subject, number)}"
        "print(len(waited))\n"
    )


def relayed(subject: Subject, number: int, *, at_once: int | None = None) -> str:
    """Import the relay's handler and relay a shard with `number` rows, as the stub has them."""
    return (
        f"import os; os.environ['HANDOFF_TASKS_OUTBOX_TABLE_NAME'] = 'outbox-{number}'\n"
        f"import {subject.module} as handler, types\n"
        f"handler.AT_ONCE_ALONE = {at_once} or handler.AT_ONCE_ALONE\n"
        "context = types.SimpleNamespace(\n"
        "    aws_request_id='r', get_remaining_time_in_millis=lambda: 90_000)\n"
        "handler.handle({'shard': '0'}, context)\n"
    )

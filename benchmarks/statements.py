"""What the measured processes run."""

from __future__ import annotations

from benchmarks.subjects import EVENT, Subject

END = "\nimport os; os._exit(0)"
"""Without the interpreter's own tidying up: on Lambda there is none either."""


def init(subject: Subject) -> str:
    """Import the handler, and make what the first request needs."""
    return f"import {subject.module}\n{subject.clients}"


def requests(subject: Subject, number: int) -> str:
    """Import the handler and serve `number` requests; the first makes what it needs."""
    return (
        f"import {subject.module} as handler\n"
        f"for _ in range({number}):\n"
        f"    answer = handler.handle({EVENT!r}, None)\n"
        f"    assert answer['statusCode'] == 201, answer\n"
    )


def timed(statement: str) -> str:
    """Run a statement and print its milliseconds last."""
    indented = statement.replace("\n", "\n    ")
    return (
        "import time\nstarted = time.perf_counter()\n"
        f"if True:\n    {indented}\n"
        "print((time.perf_counter() - started) * 1000, flush=True)" + END
    )


def weighed(statement: str) -> str:
    """Run a statement and print the memory blocks it keeps, and the process's highest MB."""
    return (
        f"import sys\nbefore = sys.getallocatedblocks()\n{statement}\n"
        "kept = sys.getallocatedblocks() - before\n"
        "lines = open('/proc/self/status').read().splitlines()\n"
        "highest = next(line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
        "print(kept, int(highest) / 1024, flush=True)" + END
    )

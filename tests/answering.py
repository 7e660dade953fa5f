"""A process that answers questions, one line of JSON for each."""

from __future__ import annotations

import json
import subprocess
from typing import Any


def ask(process: subprocess.Popen[str], question: Any) -> Any:
    """Return what the process answers, as JSON."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{json.dumps(question)}\n")
    process.stdin.flush()
    line = process.stdout.readline()
    assert line, "the process has ended"
    return json.loads(line)

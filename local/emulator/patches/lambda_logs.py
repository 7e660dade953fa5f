"""Lambda's logs: every line is logged with the invocation that printed it, as valid UTF-8."""

from __future__ import annotations

import queue
import time
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="what a function prints is logged with the invocation that printed it",
        emulator="stops reading once nothing has come for 5 ms; what comes later, and a line "
        "without its end, is logged with the worker's next invocation, if there is one",
        workaround="local/emulator/patches/lambda_logs.py marks the end of each invocation",
    ),
    Difference(
        aws="a log holds valid UTF-8, whatever the function has printed or raised",
        emulator="keeps half of a surrogate pair, after which nobody can read the log, and logs "
        "nothing more of a worker that has printed other bytes",
        workaround="local/emulator/patches/lambda_logs.py puts U+FFFD in their place",
    ),
)

_END = "\x00end of the invocation"
_SENDS_THE_RESPONSE = "        _real_stdout.flush()\n"
_MARK = f"        sys.stderr.write({_END!r} + chr(10))\n        sys.stderr.flush()\n"
_TEXTS = ("log", "error", "trace")
_DEADLINE_SECONDS = 5
_POLL_SECONDS = 0.05


def apply() -> None:
    """Let Python workers mark where the lines of an invocation end, read up to there, and replace
    what is not UTF-8."""
    runtime: Any = import_module("ministack.core.lambda_runtime")
    # The last one is in the loop over invocations; the others report how the start went.
    before, found, after = runtime._PYTHON_WORKER_SCRIPT.rpartition(_SENDS_THE_RESPONSE)
    if not found:
        raise RuntimeError("the emulator's worker no longer sends its response as it did")
    # Before the response: what follows it may come too late.
    runtime._PYTHON_WORKER_SCRIPT = before + _MARK + found + after
    read_what_came = runtime.Worker._drain_stderr_bounded

    def read(worker: Any, *args: Any, **kwargs: Any) -> str:
        if worker.config.get("Runtime", "").startswith("python"):
            return _read_to_the_end(worker)
        return str(read_what_came(worker, *args, **kwargs))

    runtime.Worker._drain_stderr_bounded = read
    read_in_background, invoke = runtime.Worker._read_stderr, runtime.Worker.invoke

    def read_any_bytes(worker: Any) -> None:
        worker._proc.stderr.reconfigure(errors="replace")
        read_in_background(worker)

    def invoke_and_replace(worker: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        result: dict[str, Any] = invoke(worker, *args, **kwargs)
        # An error comes as JSON, which can escape what UTF-8 cannot hold.
        return {**result, **{name: _valid(result[name]) for name in _TEXTS if name in result}}

    runtime.Worker._read_stderr = read_any_bytes
    runtime.Worker.invoke = invoke_and_replace


def _valid(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _read_to_the_end(worker: Any) -> str:
    """Return the lines up to the mark, or all of them if the process ended without one."""
    lines: list[str] = []
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        has_ended = not worker._stderr_thread.is_alive()
        try:
            line = worker._stderr_queue.get(timeout=0 if has_ended else _POLL_SECONDS)
        except queue.Empty:
            if has_ended:
                break
            continue
        text, marked, _ = line.partition(_END)
        if text or not marked:
            lines.append(text)
        if marked:
            break
    return "\n".join(lines)

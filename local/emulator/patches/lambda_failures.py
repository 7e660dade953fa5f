"""Lambda: a handler that raises keeps its execution environment."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="the next invocation after one that has raised finds the same execution environment, "
        "with all that its modules remember",
        emulator="ends the worker, so that a cold start follows each failure",
        workaround="local/emulator/patches/lambda_failures.py keeps a worker whose handler raised; "
        "one that fails to import, exits or times out still ends",
    ),
)

_REPORTS = '{"status": "error", "error": str(e), "trace":'
_REPORTS_AS_DONE = '{"status": "ok", "raised": True, "error": str(e), "trace":'


def apply() -> None:
    """Let Python workers report an exception of the handler as the end of an invocation like any
    other, and turn it back into an error once the worker is kept."""
    runtime: Any = import_module("ministack.core.lambda_runtime")
    before, found, after = runtime._PYTHON_WORKER_SCRIPT.rpartition(_REPORTS)
    if not found:
        raise RuntimeError("the emulator's worker no longer reports exceptions as it did")
    runtime._PYTHON_WORKER_SCRIPT = before + _REPORTS_AS_DONE + after
    invoke = runtime.Worker.invoke

    def invoke_and_keep(worker: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        result: dict[str, Any] = invoke(worker, *args, **kwargs)
        if result.pop("raised", False):
            result["status"] = "error"
        return result

    runtime.Worker.invoke = invoke_and_keep

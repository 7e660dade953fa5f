"""Lambda: functions run with the Python that the starter of the emulator has chosen."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any


def apply() -> None:
    """Start workers with the interpreter that EMULATOR_FUNCTION_PYTHON names, if it does."""
    python = os.environ.pop("EMULATOR_FUNCTION_PYTHON", "")
    if not python:
        return
    runtime: Any = import_module("ministack.core.lambda_runtime")
    detect = runtime._detect_runtime_binary

    def chosen(name: str) -> tuple[str, str]:
        binary, script = detect(name)
        return (python if name.startswith("python") else binary), script

    runtime._detect_runtime_binary = chosen

"""A function without dependencies, for tests that need one and not its code."""

from __future__ import annotations

from components.blocks.bundle import FunctionCode
from components.blocks.function import PythonFunction, PythonFunctionArgs

NO_DEPENDENCIES = FunctionCode(packages=("lambdas.shared",))


def a_function(name: str, *, timeout_seconds: int = 10) -> PythonFunction:
    return PythonFunction(
        name,
        PythonFunctionArgs(
            handler="lambdas.shared.handle", code=NO_DEPENDENCIES, timeout_seconds=timeout_seconds
        ),
    )

"""A function without dependencies, for tests that need one and not its code."""

from __future__ import annotations

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs

NO_DEPENDENCIES = FunctionCode(packages=("serverless_runtime.shared",))


def a_function(name: str, *, timeout_seconds: int = 10) -> PythonFunction:
    return PythonFunction(
        name,
        PythonFunctionArgs(
            handler="serverless_runtime.shared.handle",
            code=NO_DEPENDENCIES,
            timeout_seconds=timeout_seconds,
        ),
    )

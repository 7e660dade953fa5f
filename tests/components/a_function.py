"""A function without dependencies, for tests that need one and not its code."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pulumi

from pulumi_serverless import Foundation, FunctionCode, PythonFunction, PythonFunctionArgs
from pulumi_serverless.testing import record

NO_DEPENDENCIES = FunctionCode(packages=("serverless_runtime",))
HANDLER = "serverless_runtime.shared.metrics.write_metrics"
"""Any function of that code: none of these tests calls it."""

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
FOUNDATION = Foundation(alarm_topic_arn=TOPIC)


def a_function(
    name: str,
    *,
    timeout_seconds: int = 10,
    environment: Mapping[str, pulumi.Input[str]] | None = None,
) -> PythonFunction:
    return PythonFunction(
        name,
        PythonFunctionArgs(
            foundation=FOUNDATION,
            handler=HANDLER,
            code=NO_DEPENDENCIES,
            timeout_seconds=timeout_seconds,
            environment=environment or {},
        ),
    )


@functools.cache
def made_function(name: str = "f", timeout_seconds: int = 10) -> PythonFunction:
    """A function of a program that has ended, for arguments that are checked and not deployed."""
    made: list[PythonFunction] = []
    record(lambda: made.append(a_function(name, timeout_seconds=timeout_seconds)))
    return made[0]

"""What a component needs whose calls go through circuit breakers, however those are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pulumi

from pulumi_serverless.blocks.function import PythonFunction


class CircuitBreaking(Protocol):
    """Keeps the state of some circuits; serverless_runtime.circuit_breaker uses it."""

    @property
    def environment(self) -> Mapping[str, pulumi.Input[str]]:
        """Environment variables that a calling function needs."""

    def allow(self, function: PythonFunction, circuits: Sequence[str]) -> None:
        """Let `function` read and change the state of these circuits. ValueError for an unknown
        one."""

"""What a component needs that calls services, however they are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

import pulumi

from pulumi_serverless.blocks.lambda_function import LambdaFunction

Repeatable = Literal["safe", "unsafe"]
"""Whether an operation may be done twice with the result of once."""


class CallableService(Protocol):
    """Answers calls of any number of functions; serverless_runtime.service_calls makes them."""

    @property
    def service_name(self) -> str:
        """Its name in the program, as callers name it."""

    @property
    def operations_offered(self) -> Mapping[str, Repeatable]:
        """What it can be asked for."""

    @property
    def budget_seconds(self) -> float:
        """How long a call may take at most."""

    @property
    def environment(self) -> Mapping[str, pulumi.Input[str]]:
        """Environment variables that a calling function needs."""

    def allow_caller(self, caller: LambdaFunction) -> None:
        """Let `caller` call it, and nothing else."""

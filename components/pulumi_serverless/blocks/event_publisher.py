"""What a service that publishes events needs, however they are delivered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pulumi

from pulumi_serverless.blocks.function import PythonFunction


class EventPublisher(Protocol):
    """Accepts events from any number of functions."""

    @property
    def environment(self) -> Mapping[str, pulumi.Input[str]]:
        """Environment variables that a publishing function needs."""

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` publish, and nothing else."""

"""What a service that publishes events needs, however they are delivered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pulumi

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.function import PythonFunction


class EventPublisher(Protocol):
    """Accepts events from any number of functions."""

    @property
    def environment(self) -> Mapping[str, pulumi.Input[str]]:
        """Environment variables that a publishing function needs."""

    @property
    def runtime_class(self) -> str:
        """Import path of the class, or of a function, that a publishing function calls without
        arguments, e.g. "orders.journal.Journal". What it returns publishes at run time; its
        interface is the publishing service's to say."""

    @property
    def code(self) -> FunctionCode:
        """What the bundle of a publishing function needs for the runtime class."""

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` publish, and nothing else."""

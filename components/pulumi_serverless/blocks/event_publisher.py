"""Where a service's events go; what carries them is not the service's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pulumi

from pulumi_serverless.blocks.function import PythonFunction


class EventPublisher(Protocol):
    """Takes the events of any number of functions. An `AsyncHandoff` is one."""

    @property
    def environment(self) -> Mapping[str, pulumi.Input[str]]:
        """Environment variables of a function that publishes."""

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` publish, and nothing else."""

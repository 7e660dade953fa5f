"""Serverless microservice patterns for Pulumi: what a program imports.

A program creates a `Foundation`, passes it to the components that it wires together, and exports
the outputs of `Operations`. Here are the blocks and the Internal Handoff; a further pattern is
public in a package of its own, `pulumi_serverless.<pattern>`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_serverless import _public
    from pulumi_serverless._public import *  # noqa: F403

    __all__ = []
    __all__ += _public.__all__


def __getattr__(name: str) -> Any:
    # Not before: who needs `pulumi_serverless.testing` only, such as the local runner, starts
    # sooner.
    return getattr(import_module("pulumi_serverless._public"), name)

"""The stack that is deployed on this machine, and its settings."""

from __future__ import annotations

from collections.abc import Mapping

from local.program.project import Project

STACK = "local"

# The emulator runs functions with this machine's Python.
EMULATOR_CONFIG = {"pulumi-serverless:bundleFor": "host"}


def config_of(project: Project, settings: Mapping[str, str]) -> dict[str, str]:
    """The stack's configuration as the program gets it: full keys, values as text.

    `settings` override those of the stack's file.
    """
    own = {f"{project.name}:{key}": value for key, value in settings.items()}
    return {**project.config(STACK), **EMULATOR_CONFIG, **own}

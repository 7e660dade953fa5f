"""Where the emulator differs from AWS and the local deployment works around it.

The program is never changed for the emulator: either what it declares is translated, or a
part of the emulator is patched. Each module that does so declares its `DIFFERENCES`, which
docs/conformance.md quotes and tests/local checks against the emulator as it is.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import NamedTuple

_PACKAGES = ("local.emulator", "local.engine", "local.cloudwatch", "local.scenario")


class Difference(NamedTuple):
    """One difference that the local deployment works around."""

    aws: str
    emulator: str
    workaround: str


def emulator_differences() -> list[Difference]:
    """Every difference, in the order of packages and modules."""
    names = [
        module.name
        for package in _PACKAGES
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
    ]
    return [
        difference
        for name in names
        for difference in getattr(import_module(name), "DIFFERENCES", ())
    ]

"""The incidents by which the runbook is tested: those of every module of this package."""

import pkgutil
from importlib import import_module

INCIDENTS = tuple(
    incident
    for module in pkgutil.iter_modules(__path__, f"{__name__}.")
    for incident in getattr(import_module(module.name), "INCIDENTS", ())
)
"""At least one for each alarm."""

"""Loads a file of a program's own, such as local_setup.py."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType


def load_module(file: Path) -> ModuleType | None:
    """Run the file as a module of its own; None if there is no such file."""
    if not file.is_file():
        return None
    loader = SourceFileLoader(file.stem, str(file))
    module = ModuleType(loader.name)
    module.__file__ = str(file)
    loader.exec_module(module)
    return module

"""The zips of a program's functions, as Pulumi takes them."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pulumi

from pulumi_serverless.blocks.bundle import FunctionCode, build_bundle
from pulumi_serverless.blocks.dependencies import Target


@functools.cache
def _bundle_once(
    code: FunctionCode, target: Target, build_folder: Path, _folders: tuple[Path, ...]
) -> Path:
    """Build the zip that functions with equal code share. Another program in the same process may
    have packages of the same names in other folders."""
    return build_bundle(code, target, build_folder)


def archive(code: FunctionCode, target: Target) -> pulumi.Archive:
    """Return the zip of a function. Raises BundleError, DependenciesError and BytecodeError."""
    bundle = _bundle_once(code, target, Path.cwd() / ".build", code.folders())
    # Relative, so that the path in the stack's state is the same on every machine.
    return pulumi.FileArchive(os.path.relpath(bundle))

"""Adds Python's bytecode to a function's zip, for the emulator only.

Each worker would compile everything that it imports.
"""

from __future__ import annotations

import compileall
import hashlib
import io
import os
import py_compile
import sys
import tempfile
import zipfile
from pathlib import Path

from local.emulator.differences import Difference
from local.instance import ROOT

DIFFERENCES = (
    Difference(
        aws="a cold start compiles what it imports on a machine that does nothing else",
        emulator="compiles the bundle for every worker, on shared cores",
        workaround="the emulator gets the bundle with its bytecode; Pulumi's has none",
    ),
)

_CACHE = ROOT / ".build" / "bytecode"


def with_bytecode(bundle: bytes) -> bytes:
    """The same zip with a `.pyc` beside every source, cached."""
    key = hashlib.sha256(sys.version.encode() + bundle).hexdigest()[:16]
    cached = _CACHE / f"{key}.zip"
    if not cached.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        # Written aside and moved into place: two deployments may need it at the same time.
        partial = cached.with_suffix(f".{os.getpid()}-{id(bundle)}.partial")
        partial.write_bytes(_compiled(bundle))
        partial.replace(cached)
    return cached.read_bytes()


def _compiled(bundle: bytes) -> bytes:
    target = io.BytesIO(bundle)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "a") as archive:
        archive.extractall(folder)
        # Unchecked: the emulator gives unpacked files new times, which would invalidate it.
        compileall.compile_dir(
            folder,
            quiet=1,
            stripdir=folder,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        for bytecode in Path(folder).rglob("*.pyc"):
            archive.write(bytecode, bytecode.relative_to(folder))
    return target.getvalue()

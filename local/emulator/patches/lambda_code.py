"""Lambda: the workers of a function share its files, which on AWS none can write to.

MiniStack unpacks the code for every worker that it starts. That took the emulator's one process
about 60 ms each time, a fifth of all that it did while functions failed and were replaced. What is
unpacked stays until the emulator ends.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import zipfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_PYTHON_WORKER = "_worker.py"
"""What is beside the zip of a Python function. Others get links from their code to their layers,
so that each needs its own."""

_unpacking = threading.Lock()


def apply() -> None:
    """Give Python workers a link to the one place where their code is unpacked."""
    runtime: Any = import_module("ministack.core.lambda_runtime")
    # Lambda's code cannot be written to: what has no bytecode is compiled at each cold start.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _SharedCode})


class _SharedCode(zipfile.ZipFile):
    """A zip that is unpacked once for everyone, if it is the code of a function."""

    def extractall(self, path: Any = None, *args: Any, **kwargs: Any) -> None:
        archive = Path(str(self.filename))
        if archive.name != "code.zip" or not archive.with_name(_PYTHON_WORKER).exists():
            super().extractall(path, *args, **kwargs)
            return
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        shared = Path(tempfile.gettempdir(), f"ministack-code-{digest[:32]}")
        with _unpacking:
            if not shared.exists():
                self._unpack(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared, target_is_directory=True)

    def _unpack(self, shared: Path) -> None:
        """Written aside and moved into place: what is there is complete."""
        partial = shared.with_suffix(f".{os.getpid()}")
        super().extractall(partial)
        partial.rename(shared)

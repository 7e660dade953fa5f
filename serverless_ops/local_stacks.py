"""The deployments that run on this machine, from the files of their runner in `.local/`.

The runner may be absent where `serverless_ops` is installed: what connects them is a
folder `up-PORT` for each deployment, with its outputs and the keys of its emulator, and a lock
beside it that is held while it runs.
"""

from __future__ import annotations

import fcntl
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serverless_ops.aws.clients import Keys

_FOLDER = ".local"


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """One deployment that is running."""

    endpoint_url: str
    directory: Path

    def outputs(self) -> dict[str, Any] | None:
        """Return the stack's outputs; None if its program has not been deployed yet."""
        file = self.directory / "outputs.json"
        return dict(json.loads(file.read_text())) if file.exists() else None

    def keys(self) -> Keys | None:
        """Return the deployer's keys; None if the emulator is not ready yet."""
        file = self.directory / "credentials.json"
        if not file.exists():
            return None
        found = json.loads(file.read_text())
        return Keys(found["accessKey"], found["secretKey"])


def find_local_folder() -> Path:
    """Return the runner's folder: of the current folder, of one above it, or of this source."""
    here = Path.cwd()
    candidates = (here, *here.parents, Path(__file__).resolve().parents[1])
    found = (each / _FOLDER for each in candidates)
    return next((each for each in found if each.is_dir()), here / _FOLDER)


def running_stacks(folder: Path, endpoint_url: str | None = None) -> list[LocalStack]:
    """Return the deployments that run, or the one at `endpoint_url`."""
    wanted = (endpoint_url or "").rstrip("/").replace("//localhost:", "//127.0.0.1:")
    found = [
        LocalStack(endpoint_url=f"http://127.0.0.1:{each.name.removeprefix('up-')}", directory=each)
        for each in sorted(folder.glob("up-*/"))
        if not _is_left_over(each)
    ]
    return [each for each in found if endpoint_url is None or each.endpoint_url == wanted]


def _is_left_over(directory: Path) -> bool:
    """Whether the process that owned it was killed: its lock is free."""
    try:
        lock = directory.with_name(f"{directory.name}.lock").open("r")
    except FileNotFoundError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True

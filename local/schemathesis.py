"""Compares a running API with its OpenAPI document: requests that Schemathesis generates."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Comparison(NamedTuple):
    """What has become of it."""

    agrees: bool
    """Whether every check passed."""

    requests: int
    """How many were generated; 0 if it did not get that far."""

    output: str
    """What was printed."""


def compare(
    folder: Path,
    document: str,
    api_url: str,
    *,
    requests_per_operation: int,
    environment: Mapping[str, str] | None = None,
) -> Comparison:
    """Send them, with every check on, by the `schemathesis.toml` of the folder if it has one."""
    run = subprocess.run(  # noqa: S603 -- a tool of our own environment
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            document,
            f"--url={api_url}",
            "--checks=all",
            f"--max-examples={requests_per_operation}",
            # With threads, ast.parse in CPython 3.11 fails now and then (python/cpython#106905).
            "--workers=1",
            "--continue-on-failure",
            "--request-timeout=30",
            "--no-color",
        ],
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1", "COLUMNS": "100", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    counted = re.search(r"(\d[\d,]*) generated", run.stdout)
    requests = int(counted[1].replace(",", "")) if counted else 0
    return Comparison(run.returncode == 0, requests, run.stdout + run.stderr)

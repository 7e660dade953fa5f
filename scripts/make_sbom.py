"""Writes each bundle's bill of materials to .build/sbom, as CycloneDX. `make sbom` runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".build" / "sbom"


def write_sbom(lock: Path, folder: Path) -> Path:
    """The bill of materials of one lock file, the same bytes for the same lock."""
    folder.mkdir(parents=True, exist_ok=True)
    sbom = folder / f"{lock.parent.name}.cdx.json"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(lock)]
    command += ["--output-reproducible", "--output-format", "JSON", "--output-file", str(sbom)]
    subprocess.run(command, check=True)  # noqa: S603 -- our own interpreter and arguments
    return sbom


if __name__ == "__main__":
    locks = sorted(ROOT.glob("lambdas/serverless_runtime/*/requirements.txt"))
    for found in locks:
        sys.stdout.write(f"{write_sbom(found, FOLDER).relative_to(ROOT)}\n")
    if not locks:
        sys.stdout.write("no bundle holds anything but this repository's own code\n")

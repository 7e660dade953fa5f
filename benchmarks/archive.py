"""A function's zip, made of files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def zip_of(*files: Path) -> bytes:
    """Return a zip with the files at its root."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return target.getvalue()

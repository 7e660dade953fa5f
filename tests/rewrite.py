"""Changes a program's text as an editor would."""

from __future__ import annotations

import shutil
from pathlib import Path


def rewrite(source: Path, text: str) -> None:
    """Let `source` be `text`. Python would take the bytecode of another text of the same length
    that was written in the same second."""
    shutil.rmtree(source.parent / "__pycache__", ignore_errors=True)
    source.unlink(missing_ok=True)
    source.write_text(text)

"""Recreating a virtual environment empties its folder, and no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_link_to_another_folder_is_rejected_and_that_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    (tmp_path / "another/kept").touch()
    (tmp_path / "venv").symlink_to("another")

    made = subprocess.run(  # noqa: S603 -- our own interpreter and script
        [sys.executable, ROOT / "scripts/make_venv.py", "venv", "requirements.txt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 1
    assert made.stderr.startswith("venv must be a folder, got a link to ")
    assert (tmp_path / "another/kept").exists()

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


def test_two_processes_that_make_one_environment_wait_for_each_other(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    command = [sys.executable, str(ROOT / "scripts/make_venv.py"), "venv", "requirements.txt"]
    both = [
        subprocess.Popen(  # noqa: S603 -- our own interpreter and script
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]

    said = sorted((each.communicate()[0] for each in both), key=len)

    assert [each.returncode for each in both] == [0, 0], said
    assert sum("Another process made venv meanwhile" in each for each in said) == 1, said
    assert (tmp_path / "venv/bin/python").exists()

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


LINKING_PIP = """
import importlib.util, pathlib, runpy, sys, venv

class Builder(venv.EnvBuilder):
    def __init__(self, *, with_pip, **options):
        super().__init__(**options)
        self._links_pip = with_pip

    def post_setup(self, context):
        sys.stdin.readline()
        if self._links_pip:
            [site] = pathlib.Path(context.env_dir).glob("lib/python*/site-packages")
            pip = pathlib.Path(importlib.util.find_spec("pip").origin).parent
            (site / "pip").symlink_to(pip)

venv.EnvBuilder = Builder
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs the script, waits for a line before an environment has its pip, and does not install it,
which takes five seconds."""


def _making(folder: Path) -> subprocess.Popen[str]:
    script = ROOT / "scripts/make_venv.py"
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-c", LINKING_PIP, str(script), "venv", "requirements.txt"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_processes_that_make_one_environment_wait_for_each_other(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()

    with _making(tmp_path) as first:
        assert first.stdout
        assert "Making venv" in first.stdout.readline()
        with _making(tmp_path) as second:
            assert second.stdout
            waiting = second.stdout.readline()
            made, _ = first.communicate("\n")
            meanwhile, _ = second.communicate("\n")

    assert (first.returncode, second.returncode) == (0, 0), made + meanwhile
    assert waiting == "Waiting for another process that makes venv\n"
    assert "Installed requirements.txt" in made
    assert meanwhile == "Another process made venv meanwhile\n"
    assert (tmp_path / "venv/bin/python").exists()

"""An instance has one owner, and the next owner cleans up after one that was killed."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from local.instance import ROOT, Instance, InstanceInUseError, one_at_a_time, sweep_leftovers
from local.wait import wait_until

# Owns the instance, starts a child whose command line names its folder, and waits to be killed.
_OWNER = """
import subprocess, sys, time
from pathlib import Path
from local.instance import Instance
with Instance("test", Path(sys.argv[1])).owned() as instance:
    (instance.directory / "data").write_text("left behind")
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()", f"{instance.directory}/"],
        start_new_session=True,
    )
    print("ready", flush=True)
    child.wait()
"""


def _owner(folder: Path) -> subprocess.Popen[bytes]:
    # The child's input stays open after the owner's death, so the child is left over.
    open_end, _ = os.pipe()
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-c", _OWNER, str(folder)],
        cwd=ROOT,
        stdin=open_end,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()
    return process


def test_an_owned_instance_has_an_empty_folder_and_leaves_none(tmp_path: Path) -> None:
    instance = Instance("test", tmp_path)

    with instance.owned():
        assert list(instance.directory.iterdir()) == [instance.temp]
        assert instance.owner() == os.getpid()

    assert list(tmp_path.iterdir()) == []
    assert instance.owner() is None


def test_a_second_owner_is_rejected(tmp_path: Path) -> None:
    with (
        Instance("test", tmp_path).owned(),
        pytest.raises(InstanceInUseError, match="test is already running"),
        Instance("test", tmp_path).owned(),
    ):
        pass


def test_what_a_killed_owner_left_is_gone_after_the_sweep(tmp_path: Path) -> None:
    instance = Instance("test", tmp_path)
    owner = _owner(tmp_path)
    leftovers = instance.processes()
    owner.kill()
    owner.wait()
    assert set(leftovers) <= set(instance.processes())

    sweep_leftovers("te", tmp_path)

    assert leftovers
    assert instance.processes() == []
    assert list(tmp_path.iterdir()) == []


def test_a_living_owner_is_left_alone_by_the_sweep(tmp_path: Path) -> None:
    with Instance("test", tmp_path).owned() as instance:
        sweep_leftovers("te", tmp_path)

        assert instance.directory.exists()


def test_an_owner_that_has_only_made_its_lock_file_is_no_leftover(tmp_path: Path) -> None:
    sweep = threading.Thread(target=sweep_leftovers, args=("te", tmp_path))
    lock_file = tmp_path / "test.lock"

    with lock_file.open("a+") as lock:
        with one_at_a_time(tmp_path):
            sweep.start()
            sweep.join(timeout=0.5)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sweep.join()

        assert lock_file.exists()


def test_stopping_ends_the_owner_and_what_it_started(tmp_path: Path) -> None:
    instance = Instance("test", tmp_path)
    owner = _owner(tmp_path)

    assert instance.stop()

    assert owner.wait() == -signal.SIGTERM
    wait_until(lambda: instance.processes() == [], "no process left", seconds=5)
    assert list(tmp_path.iterdir()) == []


def test_stopping_what_does_not_run_returns_false(tmp_path: Path) -> None:
    assert not Instance("test", tmp_path).stop()

"""What is installed for a target: by its own markers, whatever the machine's pip is configured for,
and compared with the lock file before it is used."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_serverless.blocks.dependencies import (
    DependenciesError,
    difference,
    install_dependencies,
    lambda_target,
)
from pulumi_serverless.blocks.lock_file import LockFileError, read_lock
from tests.components.wheels import a_lock, a_pip, a_wheel, with_marker

ARM = lambda_target("3.13", "arm64")
HASH = "--hash=sha256:" + "0" * 64


def packages_in(installed: Path) -> set[str]:
    return {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}


@pytest.mark.parametrize(
    ("marker", "is_wanted"),
    [
        ("python_full_version >= '3.12'", True),
        ("python_version < '3.13'", False),
        ("platform_machine == 'aarch64'", True),
        ("platform_machine == 'x86_64'", False),
        ("sys_platform == 'win32' or sys_platform == 'darwin'", False),
        ("sys_platform == 'linux' and implementation_name == 'cpython'", True),
        ("platform_system == 'Linux'", True),
        ("os_name == 'nt'", False),
        ("extra == 'tests'", False),
        ("implementation_version >= '3.12'", True),
    ],
)
def test_markers_are_those_of_the_target(tmp_path: Path, marker: str, is_wanted: bool) -> None:
    lock = a_lock(tmp_path, f"always==1 {HASH}", with_marker(f"thing==1 {HASH}", marker))

    _, packages = read_lock(lock, dict(ARM.markers))

    assert [each.name for each in packages] == ["always", "thing"][: 1 + is_wanted]


def test_only_what_the_target_needs_is_installed(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    arm, intel = a_wheel(wheels, "arm_thing"), a_wheel(wheels, "intel_thing")
    lock = a_lock(
        tmp_path,
        with_marker(arm, "platform_machine == 'aarch64'"),
        with_marker(intel, "platform_machine == 'x86_64'"),
    )

    installed = install_dependencies(lock, ARM, tmp_path / "cache")

    assert packages_in(installed) == {"arm_thing"}
    assert re.fullmatch(r"python3\.13-arm64-[0-9a-f]{16}", installed.name)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"a==1 ; python_full_version >= '3.13.2' {HASH}", "line 3 must not depend on the patch"),
        (f"a==1 ; platform_release >= '5' {HASH}", "line 3 must not depend on platform_release"),
        (f"a==1 ; platform_version == '#1' {HASH}", "line 3 must not depend on platform_version"),
        (f"a>=1 {HASH}", "line 3 must pin a version with =="),
        (f"a==1,<2 {HASH}", "line 3 must pin a version with =="),
        ("a==1", "line 3 must have a hash"),
        (f"a b==1 {HASH}", "line 3 must be a package"),
        (f"a @ https://example.com/a.whl {HASH}", "line 3 must pin a version"),
        ("-r other.txt", "line 3 must be a package or an index"),
        ("-e .", "line 3 must be a package or an index"),
        (f"\n\n# why\na>=2 \\\n  {HASH}", "line 6 must pin a version"),
    ],
)
def test_a_line_that_cannot_be_right_is_named(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(
        DependenciesError, match=r"cannot use .*lock.txt for python3.13-arm64"
    ) as got:
        install_dependencies(a_lock(tmp_path, line), ARM, tmp_path / "cache")

    assert reason in str(got.value)


@given(text=st.text(alphabet="ab=<>!~;'\"\\#- \n\t.,()[]@:1é", max_size=60))
@settings(max_examples=300)
def test_any_text_is_a_lock_file_or_is_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    lock = tmp_path_factory.getbasetemp() / "any-lock.txt"
    lock.write_text(text)
    with contextlib.suppress(LockFileError):
        read_lock(lock, dict(ARM.markers))


def test_the_machines_options_for_pip_do_not_change_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nuser = true\ndry-run = true\nprefix = /nowhere\n")
    (tmp_path / "constraints.txt").write_text("thing==2.0\n")
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "thing"))
    for name, value in {
        "USER": "1",
        "DRY_RUN": "1",
        "TARGET": "elsewhere",
        "NO_BINARY": ":all:",
        "ROOT": "elsewhere",
        "PREFIX": "/nowhere",
        "REQUIRE_VIRTUALENV": "1",
        "CONSTRAINT": str(tmp_path / "constraints.txt"),
        "CONFIG_FILE": str(tmp_path / "pip.conf"),
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)

    installed = install_dependencies(lock, ARM, tmp_path / "cache")

    assert packages_in(installed) == {"thing"}


def test_the_machines_index_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = a_wheel(tmp_path / "wheels", "thing")
    (tmp_path / "lock.txt").write_text(line)
    (tmp_path / "pip.conf").write_text(
        f"[global]\nno-index = true\nfind-links = {tmp_path / 'wheels'}\n"
    )
    for name in [each for each in os.environ if each.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))

    installed = install_dependencies(tmp_path / "lock.txt", ARM, tmp_path / "cache")

    assert packages_in(installed) == {"thing"}


def test_a_damaged_cache_entry_is_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "thing", text="right = 1\n"))
    monkeypatch.setattr(sys, "executable", a_pip(tmp_path))
    installed = install_dependencies(lock, ARM, tmp_path / "cache")
    (installed / "thing/__init__.py").write_text("right = 2\n")

    assert install_dependencies(lock, ARM, tmp_path / "cache") == installed

    assert (installed / "thing/__init__.py").read_text() == "right = 1\n"


def a_file_for_a_folder(entry: Path) -> None:
    shutil.rmtree(entry / "thing")
    (entry / "thing").touch()


def a_folder_for_a_file(entry: Path) -> None:
    (entry / "thing/__init__.py").unlink()
    (entry / "thing/__init__.py").mkdir()


def test_every_damage_to_a_cache_entry_is_seen(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "thing", text="right = 1\n"))
    _, packages = read_lock(lock, dict(ARM.markers))
    whole = tmp_path / "whole"
    with zipfile.ZipFile(tmp_path / "wheels/thing-1.0-py3-none-any.whl") as wheel:
        wheel.extractall(whole)
    metadata = "thing-1.0.dist-info/METADATA"

    def after(change: Callable[[Path], object]) -> str:
        damaged = tmp_path / "damaged"
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(whole, damaged)
        change(damaged)
        return difference(damaged, packages)

    assert difference(whole, packages) == ""
    assert after(shutil.rmtree) == "thing 1.0"
    assert after(lambda entry: shutil.rmtree(entry / "thing")) == "thing/__init__.py"
    assert after(lambda entry: (entry / "thing/__init__.py").write_text("")) == "thing/__init__.py"
    assert after(lambda entry: (entry / metadata).write_text("Name: thing\nVersion: 2\n")) == (
        "thing 1.0, thing 2"
    )
    assert after(lambda entry: shutil.copytree(entry / metadata[:-9], entry / "b.dist-info")) == ""
    assert after(a_file_for_a_folder) == after(a_folder_for_a_file) == "thing/__init__.py"
    assert difference(whole, []) == "thing 1.0"
    assert difference(tmp_path / "nowhere", []) == "everything"


def test_an_undamaged_cache_entry_is_used_without_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "thing"))
    monkeypatch.setattr(sys, "executable", a_pip(tmp_path))
    installed = install_dependencies(lock, ARM, tmp_path / "cache")
    monkeypatch.setattr(sys, "executable", "/no/python")

    assert install_dependencies(lock, ARM, tmp_path / "cache") == installed


def test_of_a_long_error_of_pip_its_errors_are_shown_or_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip = tmp_path / "python"
    pip.touch(mode=0o700)
    lock = a_lock(tmp_path, f"a==1 {HASH}")
    monkeypatch.setattr(sys, "executable", str(pip))

    for printed, shown in (
        ("begin" + "x" * 1_996 + "last", "x{1996}last"),
        ("WARNING: old\nERROR: no a\nnote\nERROR: b\n", "ERROR: no a ERROR: b"),
    ):
        pip.write_text(f"#!/bin/sh\nprintf '%s' '{printed}' >&2; exit 1\n")
        with pytest.raises(
            DependenciesError,
            match=f"^cannot install .*lock.txt for python3.13-arm64: {shown}; pip needs its ",
        ):
            install_dependencies(lock, ARM, tmp_path / "cache")


def test_two_programs_build_the_same_at_once(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "thing"))
    started = tmp_path / "started"
    os.mkfifo(started)
    pip = tmp_path / "pip-that-waits"
    pip.touch(mode=0o700)
    # Before it installs, pip is asked for its configuration.
    pip.write_text(
        f"#!/bin/sh\n[ $3 = config ] || {{ echo >'{started}'; read _; }}\n"
        f'exec {a_pip(tmp_path)} "$@"\n'
    )
    program = (
        "import sys; from pathlib import Path\n"
        "from pulumi_serverless.blocks.dependencies import install_dependencies, lambda_target\n"
        "*paths, sys.executable = sys.argv[1:]\n"
        "lock, cache = map(Path, paths)\n"
        "print(install_dependencies(lock, lambda_target('3.13', 'arm64'), cache))\n"
    )
    command = [sys.executable, "-c", program, str(lock), str(tmp_path / "cache"), str(pip)]
    with open_fifo(started) as installs, contextlib.ExitStack() as stack:
        builds = [
            subprocess.Popen(  # noqa: S603 -- our own
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for build in builds:
            stack.callback(build.kill)
        wait_for_lines(installs, 2)
        paths = {build.communicate("go on\n")[0].strip() for build in builds}

    assert [build.returncode for build in builds] == [0, 0]
    assert [packages_in(Path(path)) for path in paths] == [{"thing"}]
    assert len(list((tmp_path / "cache").iterdir())) == 1


@contextlib.contextmanager
def open_fifo(path: Path) -> Iterator[int]:
    # Also for writing: otherwise it would end whenever one of its writers does.
    descriptor = os.open(path, os.O_RDWR)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def wait_for_lines(descriptor: int, wanted: int) -> None:
    deadline = time.monotonic() + 60
    while wanted > 0:
        ready, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
        assert ready, "too late"
        wanted -= len(os.read(descriptor, wanted))


def test_a_lock_without_packages_for_the_target_installs_nothing(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, f"a==1 ; sys_platform == 'win32' {HASH}")

    assert packages_in(install_dependencies(lock, ARM, tmp_path / "cache")) == set()

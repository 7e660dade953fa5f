"""What is read of a lock file, as a whole, and what pip is told for a target."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from pulumi_serverless.blocks.dependencies import Target, host_target, lambda_target
from pulumi_serverless.blocks.lock_file import Locked, LockFileError, read_lock

MARKERS = dict(lambda_target("3.13", "arm64").markers)
A, B = "--hash=sha256:" + "a" * 64, "--hash=sha256:" + "b" * 64


def read(folder: Path, text: str) -> tuple[list[str], list[Locked]]:
    lock = folder / "lock.txt"
    lock.write_text(text)
    return read_lock(lock, MARKERS)


def test_a_lock_file_is_read_as_pip_reads_it(tmp_path: Path) -> None:
    text = f"""\
# made by a compiler
--index-url https://example.com/simple
--no-index
  # indented
Some_Thing==1.0 \\
    {A} \\
    {B}
    # via nobody
other.thing[extra]==2.00  {A}  # why
old==1 ; python_version < '3.13' \\
    {A}

new==1.0.0rc1 ; python_version >= '3.13' {B}
last==3 \\
    {A} \\"""

    options, packages = read(tmp_path, text)

    assert options == ["--index-url https://example.com/simple", "--no-index"]
    found = [(each.name, each.version, " ".join(each.line.split())) for each in packages]
    assert found == [
        ("some-thing", "1.0", f"some-thing==1.0 {A} {B}"),
        ("other-thing", "2.0", f"other-thing==2.00 {A}"),
        ("new", "1.0.0rc1", f"new==1.0.0rc1 {B}"),
        ("last", "3", f"last==3 {A}"),
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a", 1),
        ("\n\na", 3),
        (f"b==1 {A}\n# why\na", 3),
        (f"b==1 \\\n  {A}\na", 3),
        (f"b==1 \\\n  {A} \\\n  {B}\n\na \\\n {A}", 5),
        ("\\\na", 1),
    ],
)
def test_an_error_has_the_number_of_the_first_line_of_what_is_wrong(
    tmp_path: Path, text: str, number: int
) -> None:
    with pytest.raises(LockFileError, match=f"^line {number} must pin a version with =="):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "option",
    [
        *("--no-index", "--index-url https://a", "-i https://a", "--extra-index-url https://a"),
        *("--find-links wheels", "-f wheels", "--trusted-host a"),
    ],
)
def test_where_packages_are_is_an_option(tmp_path: Path, option: str) -> None:
    assert read(tmp_path, option) == ([option], [])


def test_without_a_target_markers_are_those_of_this_python(tmp_path: Path) -> None:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    lock = tmp_path / "lock.txt"
    lock.write_text(
        f"a==1 ; python_version == '{own}' {A}\n"
        f"b==1 ; python_version != '{own}' {A}\n"
        f"c==1 ; platform_version == 'none' {A}\n"
        f"d==1 ; extra == 'tests' {A}\n"
    )

    assert [each.name for each in read_lock(lock, None)[1]] == ["a"]


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_pip_chooses_the_wheels_that_run_on_amazon_linux_2023(
    architecture: str, machine: str
) -> None:
    platforms = [
        *(f"manylinux_2_{minor}_{machine}" for minor in range(34, 16, -1)),
        f"manylinux2014_{machine}",
    ]

    assert lambda_target("3.13", architecture) == Target(
        label=f"python3.13-{architecture}",
        pip_options=(
            *("--python-version", "3.13", "--implementation", "cp"),
            *(option for each in platforms for option in ("--platform", each)),
        ),
        markers=(
            ("implementation_name", "cpython"),
            ("os_name", "posix"),
            ("platform_machine", machine),
            ("platform_python_implementation", "CPython"),
            ("platform_system", "Linux"),
            ("python_version", "3.13"),
            ("sys_platform", "linux"),
        ),
        has_bytecode=False,
    )


def test_the_host_has_its_own_python_and_needs_no_options() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = f"{platform.system()}-{platform.machine()}".lower()

    assert host_target() == Target(
        label=f"host-python{version}-{machine}", pip_options=(), markers=(), has_bytecode=False
    )

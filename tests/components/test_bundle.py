from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from components.blocks.bundle import BundleError, FunctionCode, build_bundle
from components.blocks.dependencies import (
    DependenciesError,
    host_target,
    install_dependencies,
    lambda_target,
)


def a_project(root: Path) -> FunctionCode:
    for name, text in {
        "app/__init__.py": "",
        "app/service/__init__.py": "",
        "app/service/handler.py": "def handle(event, context): ...\n",
        "app/service/notes.txt": "not code",
        "app/other/__init__.py": "",
        "app/service/__pycache__/handler.cpython-311.pyc": "bytes",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return FunctionCode(source_root=root, packages=("app/service",))


def names(bundle: Path) -> list[str]:
    with zipfile.ZipFile(bundle) as archive:
        return archive.namelist()


def test_a_bundle_holds_the_packages_named_and_nothing_else(tmp_path: Path) -> None:
    bundle = build_bundle(a_project(tmp_path / "src"), host_target(), tmp_path / "build")

    assert names(bundle) == ["app/__init__.py", "app/service/__init__.py", "app/service/handler.py"]


def test_a_bundle_is_the_same_bytes_on_another_machine(tmp_path: Path) -> None:
    first = build_bundle(a_project(tmp_path / "one"), host_target(), tmp_path / "build-one")
    other = a_project(tmp_path / "two" / "elsewhere")
    for source in sorted((tmp_path / "two").rglob("*.py"), reverse=True):
        os.utime(source, (1, 1))
        source.chmod(0o600)
    second = build_bundle(other, host_target(), tmp_path / "build-two")

    assert first.read_bytes() == second.read_bytes()


def test_changed_sources_change_the_bundle(tmp_path: Path) -> None:
    code = a_project(tmp_path)
    before = build_bundle(code, host_target(), tmp_path / "build").read_bytes()
    (tmp_path / "app/service/handler.py").write_text("def handle(event, context): return 1\n")

    assert build_bundle(code, host_target(), tmp_path / "build").read_bytes() != before


def test_a_package_that_does_not_exist_is_named(tmp_path: Path) -> None:
    code = FunctionCode(source_root=tmp_path, packages=("app/missing",))

    with pytest.raises(BundleError, match=r"__init__\.py, got .*app/missing"):
        build_bundle(code, host_target(), tmp_path / "build")


def test_a_lock_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DependenciesError, match=r"must name a lock file, got .*lock\.txt"):
        install_dependencies(tmp_path / "lock.txt", host_target(), tmp_path)


def test_a_lock_file_that_cannot_be_installed_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("boto3==1.44.5\n")

    with pytest.raises(DependenciesError, match="cannot install .* hash"):
        install_dependencies(lock, lambda_target("3.13", "arm64"), tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from pulumi_serverless.blocks.bundle import BundleError, FunctionCode, build_bundle
from pulumi_serverless.blocks.dependencies import (
    DependenciesError,
    host_target,
    install_dependencies,
    lambda_target,
)
from tests.components.wheels import a_lock, a_pip, a_wheel

SERVICE = FunctionCode(packages=("shop.service",))
SHARED = FunctionCode(packages=("serverless_runtime.shared",))


def a_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a package that can be imported for the length of the test, and return its folder."""
    for name, text in {
        "shop/__init__.py": "",
        "shop/service/__init__.py": "",
        "shop/service/handler.py": "def handle(event, context): ...\n",
        "shop/service/letters/paid.txt.mustache": "Paid: {{ amount }}",
        "shop/service/requirements.in": "pystache",
        "shop/service/requirements.txt": "pystache==0.6.8",
        "shop/service/.editor/handler.py": "left behind",
        "shop/other/__init__.py": "",
        "shop/service/__pycache__/handler.cpython-311.pyc": "bytes",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.syspath_prepend(root)
    for module in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        monkeypatch.delitem(sys.modules, module)
    return root


def names(bundle: Path) -> list[str]:
    with zipfile.ZipFile(bundle) as archive:
        return archive.namelist()


def test_a_bundle_holds_the_packages_named_with_their_templates_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path, monkeypatch)

    bundle = build_bundle(SERVICE, host_target(), tmp_path / "build")

    assert names(bundle) == [
        "shop/__init__.py",
        "shop/service/__init__.py",
        "shop/service/handler.py",
        "shop/service/letters/paid.txt.mustache",
    ]


def test_every_file_of_a_bundle_is_stored_as_anyone_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path, monkeypatch)

    with zipfile.ZipFile(build_bundle(SERVICE, host_target(), tmp_path / "build")) as archive:
        for each in archive.infolist():
            assert each.date_time == (1980, 1, 1, 0, 0, 0)
            # Made on Unix: a regular file that its owner may change, and others may read.
            assert (each.create_system, each.external_attr) == (3, 0o100644 << 16)
            assert each.compress_type == zipfile.ZIP_STORED


def with_a_newer_botocore(tmp_path: Path, service: str) -> tuple[FunctionCode, Path]:
    """Code that uses a service by it, and where it is installed, nearly empty, for the build."""
    line = a_wheel(tmp_path / "wheels", "botocore", "9999.0")
    code = FunctionCode(
        packages=["serverless_runtime.shared"],
        requirements=a_lock(tmp_path, line),
        aws_services=[service],
    )
    dependencies = tmp_path / "build/dependencies"
    return code, install_dependencies(tmp_path / "lock.txt", host_target(), dependencies)


def test_a_bundle_has_what_a_wheel_contains_but_for_scripts_and_notes_of_the_installer(
    tmp_path: Path,
) -> None:
    code, installed = with_a_newer_botocore(tmp_path, "sqs")
    for name in (
        *("bin/script", "boto3/examples/a.rst", "boto3/session.py", "thing/bin/tool.py"),
        *("botocore/data/sqs/1/service.json", "botocore/data/ses/1/service.json"),
        *("botocore/data/endpoints.json", "botocore/__pycache__/a.pyc", "thing/RECORD"),
        *("botocore-9999.0.dist-info/licenses/LICENSE", "botocore-9999.0.dist-info/REQUESTED"),
    ):
        (installed / name).parent.mkdir(parents=True, exist_ok=True)
        (installed / name).touch()

    found = names(build_bundle(code, host_target(), tmp_path / "build"))

    assert [each for each in found if not each.startswith("serverless_runtime/")] == [
        "boto3/session.py",
        "botocore-9999.0.dist-info/METADATA",
        "botocore-9999.0.dist-info/WHEEL",
        "botocore-9999.0.dist-info/licenses/LICENSE",
        "botocore/__init__.py",
        "botocore/data/endpoints.json",
        "botocore/data/sqs/1/service.json",
        "thing/RECORD",
        "thing/bin/tool.py",
    ]


def test_a_bundle_is_the_same_bytes_on_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path / "one", monkeypatch)
    first = build_bundle(SERVICE, host_target(), tmp_path / "build-one")
    other = a_project(tmp_path / "two" / "elsewhere", monkeypatch)
    for source in sorted(other.rglob("*.py"), reverse=True):
        os.utime(source, (1, 1))
        source.chmod(0o600)
    second = build_bundle(SERVICE, host_target(), tmp_path / "build-two")

    assert first.read_bytes() == second.read_bytes()


def test_code_that_differs_in_its_dependencies_alone_has_a_zip_of_its_own(tmp_path: Path) -> None:
    with_sqs, installed = with_a_newer_botocore(tmp_path, "sqs")
    for service in ("ses", "sqs"):
        (installed / "botocore/data" / service).mkdir(parents=True)
    with_ses = replace(with_sqs, aws_services=["ses"])
    codes = [SHARED, with_sqs, with_ses]

    bundles = [build_bundle(code, host_target(), tmp_path / "build") for code in codes]

    assert len(set(bundles)) == len(codes)
    assert "botocore/__init__.py" not in names(bundles[0])
    assert "botocore/__init__.py" in names(bundles[1])


def test_a_zip_has_the_same_name_wherever_its_lock_file_is(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "thing"))
    copy = Path(shutil.copy(lock, tmp_path / "copy.txt"))

    first, second = (
        build_bundle(replace(SHARED, requirements=each), host_target(), tmp_path / "build")
        for each in (lock, copy)
    )

    assert first == second


@pytest.mark.parametrize("letter", ["a", "ä"])
def test_code_has_as_many_packages_as_it_may_with_long_names_in_any_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letter: str
) -> None:
    packages = [f"{letter * 60}{number}" for number in range(100)]
    for package in packages:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    bundle = build_bundle(FunctionCode(packages=packages), host_target(), tmp_path / "build")

    assert names(bundle) == sorted(f"{package}/__init__.py" for package in packages)


def test_changed_sources_change_the_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = a_project(tmp_path, monkeypatch)
    before = build_bundle(SERVICE, host_target(), tmp_path / "build").read_bytes()
    (root / "shop/service/handler.py").write_text("def handle(event, context): return 1\n")

    assert build_bundle(SERVICE, host_target(), tmp_path / "build").read_bytes() != before


@pytest.mark.parametrize(
    "package",
    [
        *("no_such_package", "serverless_runtime.no_such", "serverless_runtime.shared.environment"),
        *(".", "..market", "serverless_runtime.", "serverless_runtime..shared", "__main__"),
    ],
)
def test_a_package_that_cannot_be_imported_is_named(package: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=rf"can import, got '{re.escape(package)}'"):
        build_bundle(FunctionCode(packages=(package,)), host_target(), tmp_path / "build")


def test_a_lock_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DependenciesError, match=r"must name a lock file, got .*lock\.txt"):
        install_dependencies(tmp_path / "lock.txt", host_target(), tmp_path)


def test_a_lock_file_that_cannot_be_installed_is_explained_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"--no-index\nboto3==1.44.5 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(DependenciesError, match=r"cannot install .* boto3"):
        install_dependencies(lock, lambda_target("3.13", "arm64"), tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []


def test_a_zip_that_lambda_refuses_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_project(tmp_path, monkeypatch)
    with (root / "shop/service/model.bin").open("wb") as model:
        model.truncate(51 * 1024**2)

    with pytest.raises(
        BundleError,
        match=r"^the zip of shop.service must be at most 50 MB \(Lambda's limit\), got 51 MB; the "
        r"largest file is shop/service/model.bin with 51 MB$",
    ):
        build_bundle(SERVICE, host_target(), tmp_path / "build")


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_zip_may_have_exactly_as_much_as_lambda_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    root = a_project(tmp_path, monkeypatch)
    before = build_bundle(SERVICE, host_target(), tmp_path / "build")
    with zipfile.ZipFile(before) as archive:
        others = sum(each.file_size for each in archive.infolist())
    with (root / "shop/service/model.bin").open("wb") as model:
        model.truncate(50 * 1024**2 - others + beyond)

    expected = pytest.raises(BundleError, match="got 50 MB") if beyond else nullcontext()
    with expected:
        build_bundle(SERVICE, host_target(), tmp_path / "build")


def test_a_service_of_a_newer_boto3_is_looked_up_when_the_bundle_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_wheel(tmp_path / "wheels", "botocore", "9999.0")
    monkeypatch.setattr(sys, "executable", a_pip(tmp_path))
    code, installed = with_a_newer_botocore(tmp_path, "dynamo")
    (installed / "botocore/data/dynamodb").mkdir(parents=True)

    with pytest.raises(ValueError, match=r"got 'dynamo'; did you mean dynamodb\?"):
        build_bundle(code, host_target(), tmp_path / "build")

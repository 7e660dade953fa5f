"""Installs a lock file for another platform, without Docker."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from pulumi_serverless.blocks.lock_file import Locked, LockFileError, read_lock

# Amazon Linux 2023, on which runtimes since python3.12 are based, has glibc 2.34. Source:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_AMAZON_LINUX_2023_GLIBC_MINOR = 34
_OLDEST_MANYLINUX_GLIBC_MINOR = 17

_WHEEL_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}

_WHERE_PACKAGES_ARE = (
    *("index-url", "extra-index-url", "no-index", "find-links", "trusted-host"),
    *("cert", "client-cert", "proxy", "timeout", "default-timeout", "retries", "cache-dir"),
)
"""The settings of pip that this machine may have; any other would change what is installed."""

_ATTEMPTS = 3


class DependenciesError(Exception):
    """The lock file could not be installed for the target; the text explains why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The Python that a bundle is for."""

    label: str
    """Its name in paths and messages, e.g. "python3.13-arm64"."""

    pip_options: tuple[str, ...]
    """Options that make pip choose its wheels; none for the Python that is running."""

    markers: tuple[tuple[str, str], ...] = ()
    """What the markers of a lock file are compared with; none for the Python that is running."""

    has_bytecode: bool = False
    """Whether the zip has the bytecode of its modules."""


def lambda_target(python_version: str, architecture: str, *, has_bytecode: bool = False) -> Target:
    """AWS Lambda's own Python, e.g. ("3.13", "arm64")."""
    machine = _WHEEL_MACHINE[architecture]
    options = ["--python-version", python_version, "--implementation", "cp"]
    for minor in range(_AMAZON_LINUX_2023_GLIBC_MINOR, _OLDEST_MANYLINUX_GLIBC_MINOR - 1, -1):
        options += ["--platform", f"manylinux_2_{minor}_{machine}"]
    options += ["--platform", f"manylinux2014_{machine}"]
    markers = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_version": python_version,
        "sys_platform": "linux",
    }
    return Target(
        label=f"python{python_version}-{architecture}{'-bytecode' if has_bytecode else ''}",
        pip_options=tuple(options),
        markers=tuple(markers.items()),
        has_bytecode=has_bytecode,
    )


def host_target() -> Target:
    """The Python that runs this program, with which the emulator runs handlers, too."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return Target(label=f"host-python{version}-{machine}", pip_options=())


def install_dependencies(requirements: Path, target: Target, cache: Path) -> Path:
    """Return a folder with `requirements` installed for `target`, from `cache` if it is there and
    has what the lock file asks for.

    Raises DependenciesError if the file is missing, has a line that is no locked package, or pip
    cannot install it.
    """
    try:
        options, packages = read_lock(requirements, dict(target.markers) or None)
    except FileNotFoundError:
        raise DependenciesError(f"requirements must name a lock file, got {requirements}") from None
    except (LockFileError, UnicodeDecodeError) as error:
        raise DependenciesError(f"cannot use {requirements} for {target.label}: {error}") from None

    wanted = "\n".join([*options, *(each.line for each in packages)])
    digest = hashlib.sha256(f"{wanted}\n{target!r}".encode()).hexdigest()[:16]
    installed = cache / f"{target.label}-{digest}"
    if difference(installed, packages):
        cache.mkdir(parents=True, exist_ok=True)
        _install(requirements, wanted, packages, target, installed)
    return installed


def difference(installed: Path, packages: list[Locked]) -> str:
    """Return what a folder lacks or has in excess of the packages; empty if nothing."""
    wanted = {(each.name, each.version) for each in packages}
    found = set()
    for each in installed.glob("*.dist-info"):
        metadata = Distribution.at(each).metadata
        found.add((canonicalize_name(metadata["Name"]), str(Version(metadata["Version"]))))
    if not installed.is_dir() or found != wanted:
        names = sorted(f"{name} {version}" for name, version in found ^ wanted)
        return ", ".join(names) or "everything"
    return next(_changed_files(installed), "")


def _changed_files(installed: Path) -> Iterator[str]:
    """Files that are not as their wheels have them."""
    for record in installed.glob("*.dist-info/RECORD"):
        with record.open(newline="", encoding="utf-8") as rows:
            for name, digest, _ in csv.reader(rows):
                # Scripts are recorded beside the target folder, and no function needs them.
                if digest and ".." not in name.split("/") and not _has(installed / name, digest):
                    yield name


def _has(source: Path, digest: str) -> bool:
    algorithm, _, wanted = digest.partition("=")
    try:
        content = source.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    found = hashlib.new(algorithm, content).digest()
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == wanted


def _install(
    requirements: Path, wanted: str, packages: list[Locked], target: Target, installed: Path
) -> None:
    # Installed in a temporary folder and renamed: an interrupted install must not look complete.
    with tempfile.TemporaryDirectory(dir=installed.parent, prefix="partial-") as folder:
        partial, lock = Path(folder) / "installed", Path(folder) / "requirements.txt"
        partial.mkdir()
        lock.write_text(wanted, encoding="utf-8")
        if packages:
            _run_pip(requirements, lock, target, partial)
        if lacking := difference(partial, packages):
            raise DependenciesError(
                f"cannot install {requirements} for {target.label}: pip reported success, and what "
                f"it installed differs from the lock file in {lacking}"
            )
        _put(partial, installed, packages)


def _run_pip(requirements: Path, lock: Path, target: Target, folder: Path) -> None:
    result = subprocess.run(  # noqa: S603 -- no shell, our own arguments
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--target", str(folder), "--no-compile", "--no-deps", "--only-binary", ":all:"),
            *("--require-hashes", "--requirement", str(lock), *target.pip_options),
        ],
        capture_output=True,
        text=True,
        check=False,
        # A relative index is relative to the lock file.
        cwd=requirements.resolve().parent,
        env=_environment(),
    )
    if result.returncode:
        reason = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
        raise DependenciesError(
            f"cannot install {requirements} for {target.label}: "
            f"{' '.join(reason) or result.stderr[-2000:]}; "
            "pip needs its package index (check the network), and a wheel for every entry"
        )


def _environment() -> dict[str, str]:
    """The environment for pip: this machine's, but of pip's options only those that say where
    packages are. A `user = true` in a pip.conf, for one, would install elsewhere."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    kept = {"PIP_CONFIG_FILE": os.devnull}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in _WHERE_PACKAGES_ARE:
            kept[f"PIP_{option.upper().replace('-', '_')}"] = value.strip("'\"").replace("\\n", " ")
    return {**plain, **kept}


def _put(partial: Path, installed: Path, packages: list[Locked]) -> None:
    for _ in range(_ATTEMPTS):
        try:
            partial.rename(installed)
        except OSError:
            # Another program finished the same install first, or what is there is damaged.
            if not difference(installed, packages):
                return
            shutil.rmtree(installed, ignore_errors=True)
        else:
            return
    raise DependenciesError(f"cannot write {installed}: another program keeps writing there, too")

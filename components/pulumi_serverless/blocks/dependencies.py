"""Installs a lock file for another platform, without Docker."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# Amazon Linux 2023, on which runtimes since python3.12 are based, has glibc 2.34. Source:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_AMAZON_LINUX_2023_GLIBC_MINOR = 34
_OLDEST_MANYLINUX_GLIBC_MINOR = 17

_WHEEL_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}


class DependenciesError(Exception):
    """The lock file could not be installed for the target; the text explains why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The Python that a bundle is for."""

    label: str
    """Its name in paths and messages, e.g. "python3.13-arm64"."""

    pip_options: tuple[str, ...]
    """Options that make pip choose its wheels; none for the Python that is running."""


def lambda_target(python_version: str, architecture: str) -> Target:
    """AWS Lambda's own Python, e.g. ("3.13", "arm64")."""
    machine = _WHEEL_MACHINE[architecture]
    options = ["--python-version", python_version, "--implementation", "cp"]
    for minor in range(_AMAZON_LINUX_2023_GLIBC_MINOR, _OLDEST_MANYLINUX_GLIBC_MINOR - 1, -1):
        options += ["--platform", f"manylinux_2_{minor}_{machine}"]
    options += ["--platform", f"manylinux2014_{machine}"]
    return Target(label=f"python{python_version}-{architecture}", pip_options=tuple(options))


def host_target() -> Target:
    """The Python that runs this program, with which the emulator runs handlers, too."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return Target(label=f"host-python{version}-{machine}", pip_options=())


def install_dependencies(requirements: Path, target: Target, cache: Path) -> Path:
    """Return a folder with `requirements` installed for `target`, from `cache` if it is there.

    Raises DependenciesError if the file is missing or pip cannot install it.
    """
    try:
        lock = requirements.read_bytes()
    except FileNotFoundError:
        raise DependenciesError(f"requirements must name a lock file, got {requirements}") from None

    digest = hashlib.sha256(lock + repr(target).encode()).hexdigest()[:16]
    installed = cache / f"{target.label}-{digest}"
    if not installed.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        _install(requirements, target, installed)
    return installed


def _install(requirements: Path, target: Target, installed: Path) -> None:
    # Installed in a temporary folder and renamed: an interrupted install must not look complete.
    with tempfile.TemporaryDirectory(dir=installed.parent, prefix="partial-") as partial:
        result = subprocess.run(  # noqa: S603 -- no shell, our own arguments
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--target", partial, "--no-compile", "--no-deps", "--only-binary", ":all:"),
                *("--require-hashes", "--requirement", str(requirements), *target.pip_options),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            reason = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
            raise DependenciesError(
                f"cannot install {requirements} for {target.label}: "
                f"{' '.join(reason) or result.stderr[-2000:]}; "
                "pip needs its package index (check the network), and a wheel for every entry"
            )
        try:
            Path(partial).rename(installed)
        except OSError:
            # Another program finished the same install first.
            if not installed.is_dir():
                raise

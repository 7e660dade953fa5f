"""Names of boto3's clients, so that a misspelt one fails where it is written."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from packaging.version import Version

from pulumi_serverless.blocks.argument_checks import got
from pulumi_serverless.blocks.lock_file import LockFileError, read_lock

SDK_DATA = PurePosixPath("botocore/data")
"""Where botocore keeps a folder for each service."""


def require_services(services: Sequence[str], lock: Path | None) -> None:
    """Raise ValueError for a service that the locked boto3 does not have.

    It is known here if the program's own is not older: services are only added. Otherwise the
    build compares them with what it has installed.
    """
    if not services:
        return
    locked = _locked_version(lock) if lock is not None else None
    if lock is None or locked == "":
        raise ValueError(
            "aws_services must be left out without requirements that contain boto3, got "
            f"{', '.join(services)}"
        )
    own = _own_services()
    if locked is not None and own is not None and Version(own[0]) >= Version(locked):
        require_known_services(services, own[1])


def require_known_services(services: Sequence[str], known: Collection[str]) -> None:
    """Raise ValueError for a service that is not among the known ones, naming the nearest."""
    for service in services:
        if service not in known:
            near = get_close_matches(service, sorted(known), n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(
                "aws_services must be names of boto3's clients that requirements contain, got "
                f"{got(service)}; {hint}boto3.client(...) takes the same names"
            )


def services_in(data: Path) -> list[str]:
    """Return the services of botocore's folder; none if there is no such folder."""
    return sorted(each.name for each in data.iterdir() if each.is_dir()) if data.is_dir() else []


def _locked_version(lock: Path) -> str | None:
    """Return the version of botocore; "" if it is not locked, None if the lock cannot be read
    here: the build says why."""
    try:
        _, packages = read_lock(lock, None)
    except LockFileError:
        return None
    return next((each.version for each in packages if each.name == "botocore"), "")


def _own_services() -> tuple[str, list[str]] | None:
    """Return the version and the services of the program's own botocore, if it has one."""
    try:
        botocore = distribution("botocore")
    except PackageNotFoundError:
        return None
    return botocore.version, _services_of(Path(str(botocore.locate_file(SDK_DATA))))


@functools.cache
def _services_of(data: Path) -> list[str]:
    """The services of a botocore that no one changes while the program runs: 400 folders."""
    return services_in(data)

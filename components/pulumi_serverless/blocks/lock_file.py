"""What a lock file asks for on a target, which is seldom the machine that reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

_HASH = re.compile(r"\s+--hash=\S+")
_OPTIONS = (
    "--no-index",
    "--index-url",
    "-i",
    "--extra-index-url",
    "--find-links",
    "-f",
    "--trusted-host",
)

# A runtime is updated by AWS at any time: a lock that depends on its patch version cannot be right.
_PATCHES = ("0", "999")
_UNKNOWN = ("platform_release", "platform_version")


class LockFileError(Exception):
    """A lock file cannot be read for a target; the text names the line."""


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One package of a lock file."""

    name: str
    """Its normalised name."""

    version: str
    """Its version, normalised."""

    line: str
    """What pip installs it by: name, version and hashes, without markers."""


def read_lock(path: Path, markers: Mapping[str, str] | None) -> tuple[list[str], list[Locked]]:
    """Return the options of a lock file, and the packages that it asks for with these markers.

    The markers have `python_version` and no patch version. None: those of the running Python.
    Raises LockFileError for a line that is no locked package, or whose marker is unknown for the
    target.
    """
    options, packages = [], []
    for number, line in _lines(path.read_text(encoding="utf-8")):
        if line.startswith("-"):
            if not line.startswith(_OPTIONS):
                raise LockFileError(
                    f"line {number} must be a package or an index, got {line!r}; write one file "
                    "with all packages"
                )
            options.append(line)
        elif (package := _package(number, line, markers)) is not None:
            packages.append(package)
    return options, packages


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines, and the number of the first line of each."""
    joined, first = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"(^|\s)#.*$", "", raw).rstrip()
        first = first if joined else number
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        if whole := (joined + line).strip():
            yield first, whole
        joined = ""
    if joined.strip():
        yield first, joined.strip()


def _package(number: int, line: str, markers: Mapping[str, str] | None) -> Locked | None:
    hashes = "".join(_HASH.findall(line))
    text = _HASH.sub("", line).strip()
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise LockFileError(f"line {number} must be a package, got {text!r}: {error}") from None
    pinned = [each for each in requirement.specifier if each.operator == "=="]
    if len(pinned) != 1 or len(requirement.specifier) != 1 or requirement.url:
        raise LockFileError(f"line {number} must pin a version with ==, got {text!r}")
    if not hashes:
        raise LockFileError(f"line {number} must have a hash, got {text!r}")
    if requirement.marker and not _is_wanted(number, requirement.marker, markers):
        return None
    name, version = canonicalize_name(requirement.name), str(Version(pinned[0].version))
    return Locked(name=name, version=version, line=f"{name}=={pinned[0].version}{hashes}")


def _is_wanted(number: int, marker: Marker, markers: Mapping[str, str] | None) -> bool:
    if markers is None:
        return marker.evaluate({"extra": ""})
    text = str(marker)
    if unknown := [each for each in _UNKNOWN if each in text]:
        raise LockFileError(
            f"line {number} must not depend on {unknown[0]}, which is unknown before the "
            f"deployment, got {text!r}"
        )
    results = {
        marker.evaluate(
            {
                **markers,
                "python_full_version": f"{markers['python_version']}.{patch}",
                "implementation_version": f"{markers['python_version']}.{patch}",
                **dict.fromkeys(_UNKNOWN, ""),
                "extra": "",
            }
        )
        for patch in _PATCHES
    }
    if len(results) > 1:
        raise LockFileError(
            f"line {number} must not depend on the patch version of Python, which AWS chooses, "
            f"got {text!r}"
        )
    return results.pop()

"""A function's zip: its own sources and its locked dependencies, the same bytes everywhere.

Entries are sorted, have no timestamp and one file mode, and are stored, not compressed: the output
of deflate differs between zlib builds, and Pulumi compares a zip by its bytes.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path, PurePosixPath
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.aws_limits import MAX_UNZIPPED_MB, MAX_ZIP_MB
from pulumi_serverless.blocks.aws_services import (
    SDK_DATA,
    require_known_services,
    require_services,
    services_in,
)
from pulumi_serverless.blocks.bytecode import bytecode_of
from pulumi_serverless.blocks.dependencies import Target, install_dependencies

_REGULAR_FILE_MODE = 0o100644 << 16

# Written by pip for itself; they depend on the machine or the order of installation.
_INSTALLER_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}

# What they list is in the bundle already.
_LOCK_FILES = {"requirements.in", "requirements.txt"}

_READABLE_BYTES = 200
"""Of the packages' names in a zip's; file systems take 255 bytes, with what is added to them."""

_NO_ENTRIES = (PurePosixPath("bin"), PurePosixPath("boto3/examples"))


class BundleError(Exception):
    """A bundle cannot be built from the given packages."""


@dataclass(frozen=True, kw_only=True)
class FunctionCode(Arguments):
    """What goes into the zip of one or more functions."""

    packages: Annotated[Sequence[str], Size(1, 100)]
    """1 to 100 packages that the program can import, e.g. "orders" or "serverless_runtime.shared".

    Every file in them is included under its import path, templates as well as Python, except lock
    files, hidden files and compiled Python; `bytecode_python` of the runtime adds bytecode.
    """

    requirements: Path | None = None
    """Lock file with hashes of all third-party dependencies, or None without any."""

    aws_services: Sequence[str] = ()
    """Services whose boto3 models are included, e.g. "dynamodb"; the other 400 are left out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("packages", "aws_services"):
            # A tuple, so that functions with equal code can share one zip.
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.requirements is not None and not self.requirements.is_file():
            raise ValueError(f"requirements must be a lock file, got {self.requirements}: no file")
        require_services(self.aws_services, self.requirements)

    def folders(self) -> tuple[Path, ...]:
        """Return where the packages are. Raises BundleError if one cannot be imported."""
        return tuple(locate(package)[0] for package in self.packages)


def require_packages(what: str, code: FunctionCode, needed: Sequence[str]) -> None:
    """Raise ValueError unless the code has packages of the runtime, or those that they are in."""
    missing = [
        each for each in needed if not f"{each}.".startswith(tuple(f"{p}." for p in code.packages))
    ]
    if missing:
        raise ValueError(
            f"packages of {what} must contain {', '.join(needed)}, got none of "
            f"{', '.join(missing)}: the handler could not be imported"
        )


def build_bundle(
    code: FunctionCode, target: Target, build_folder: Path, python: str = sys.executable
) -> Path:
    """Build the zip under `build_folder` and return its path; `python` compiles its bytecode, if
    the target has it.

    Raises BundleError if a package does not exist, ValueError for a service that the locked boto3
    does not have, DependenciesError if the lock file cannot be installed for `target`,
    BytecodeError if nothing can be compiled.
    """
    entries = dict(_sources(code))
    if code.requirements:
        installed = install_dependencies(code.requirements, target, build_folder / "dependencies")
        require_known_services(code.aws_services, services_in(installed / SDK_DATA))
        entries |= dict(_third_party(installed, code.aws_services))
    zip_path = build_folder / "bundles" / target.label / f"{_name(code)}.zip"
    with ExitStack() as files:
        if target.has_bytecode:
            entries |= files.enter_context(bytecode_of(entries, python))
        _require_size(code, entries)
        _write_zip(zip_path, entries)
    return zip_path


def _name(code: FunctionCode) -> str:
    """Return a name that no other code has: the packages as far as they fit, and a digest."""
    # Not the lock file's path, which differs between machines and would be in the stack's state.
    lock = code.requirements.read_bytes() if code.requirements else None
    digest = hashlib.sha256(repr((code.packages, lock, code.aws_services)).encode()).hexdigest()
    readable = "+".join(code.packages).encode()[:_READABLE_BYTES].decode(errors="ignore")
    return f"{readable}-{digest[:16]}"


def _require_size(code: FunctionCode, entries: dict[str, Path]) -> None:
    """Raise BundleError if Lambda would refuse the zip, whose entries are not compressed."""
    sizes = {name: source.stat().st_size for name, source in entries.items()}
    megabytes = sum(sizes.values()) / 1024**2
    limit = min(MAX_ZIP_MB, MAX_UNZIPPED_MB)
    if megabytes > limit:
        largest = max(sizes, key=lambda name: sizes[name])
        raise BundleError(
            f"the zip of {', '.join(code.packages)} must be at most {limit} MB (Lambda's limit), "
            f"got {megabytes:.0f} MB; the largest file is {largest} with "
            f"{sizes[largest] / 1024**2:.0f} MB"
        )


def _sources(code: FunctionCode) -> Iterator[tuple[str, Path]]:
    for package in code.packages:
        folder, root = locate(package)
        for source in folder.rglob("*"):
            if source.is_file() and _is_included(source.relative_to(folder)):
                yield source.relative_to(root).as_posix(), source
        # The packages above: `serverless_runtime.shared` is imported through `serverless_runtime`.
        while (folder := folder.parent) != root:
            yield (folder / "__init__.py").relative_to(root).as_posix(), folder / "__init__.py"


def _is_included(inside: Path) -> bool:
    if any(part == "__pycache__" or part.startswith(".") for part in inside.parts):
        return False
    return inside.name not in _LOCK_FILES


def locate(package: str) -> tuple[Path, Path]:
    """Return a package's folder, and the folder that its import path starts from.

    Raises BundleError if it cannot be imported.
    """
    # Of another program in this process, other packages may have the same names.
    return _locate(package, (*sys.path, str(Path.cwd())))


@functools.cache
def _locate(package: str, _searched: tuple[str, ...]) -> tuple[Path, Path]:
    spec = _find(package)
    if spec is None or spec.origin is None or not spec.origin.endswith("__init__.py"):
        raise BundleError(
            "packages must name packages (folders with an __init__.py) that the program can "
            f"import, got {package!r}"
        )
    folder = Path(spec.origin).parent
    return folder, folder.parents[package.count(".")]


def _find(package: str) -> ModuleSpec | None:
    """Look a package up without regard to what was imported before: that may be of another program
    in this process."""
    spec, path = None, None
    for depth, _ in enumerate(parts := package.split(".")):
        spec = PathFinder.find_spec(".".join(parts[: depth + 1]), path)
        if spec is None or spec.submodule_search_locations is None:
            break
        path = spec.submodule_search_locations
    else:
        return spec
    # One that begins with a dot, and a program's __main__, are no names of packages at all.
    if package.startswith(".") or package == "__main__":
        return None
    # An editable installation may have a finder of its own.
    try:
        return importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return None


def _third_party(installed: Path, aws_services: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(installed):
        inside = PurePosixPath(os.path.relpath(folder, installed))
        # Nor looked into: botocore has thousands of files for the services that are left out.
        folders[:] = [name for name in folders if _has_entries(inside / name, aws_services)]
        installer_files = _INSTALLER_FILES if inside.suffix == ".dist-info" else ()
        for name in names:
            if name not in installer_files:
                yield str(inside / name), Path(folder, name)


def _has_entries(folder: PurePosixPath, aws_services: Sequence[str]) -> bool:
    if folder.parent == SDK_DATA:
        return folder.name in aws_services
    return folder not in _NO_ENTRIES and folder.name != "__pycache__"


def _write_zip(zip_path: Path, entries: dict[str, Path]) -> None:
    zip_path.parent.mkdir(parents=True, exist_ok=True)
    # Written to a temporary file and renamed: two programs may build the same bundle at once.
    partial = zip_path.with_suffix(f".{os.getpid()}.partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            # Its time is the earliest there is, whenever the file was changed.
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = _REGULAR_FILE_MODE
            archive.writestr(entry, entries[name].read_bytes())
    partial.replace(zip_path)

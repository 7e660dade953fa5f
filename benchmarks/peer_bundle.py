"""Bundles the TypeScript peer's own functions from a checkout of it, as its CDK program does.

The peer is `patterns/internal-handoff` of
https://github.com/leanstacks/serverless-microservice-patterns; nothing of it is kept here. Its
checkout is only read: what is needed of it is copied, and its packages go beside the copy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.archive import zip_of

CHECKOUT_VARIABLE = "PEER_CHECKOUT"
RUNTIME = "nodejs24.x"
"""What its CDK program declares. The emulator runs the `node` that it finds instead."""

SOURCE = "https://github.com/leanstacks/serverless-microservice-patterns"

_PATTERN = Path("patterns", "internal-handoff")
_TASKS, _NOTIFICATIONS = "task-service", "notification-service"
_ENTRIES = {
    _TASKS: Path("src", "handlers", "create-task.ts"),
    _NOTIFICATIONS: Path("src", "handlers", "send-notification.ts"),
}
_LOCK = "package-lock.json"
_INFRASTRUCTURE_LOCK = Path(_TASKS, "infrastructure", _LOCK)
_WITNESS = Path(__file__).with_name("witness.js")
_SDK = ("@aws-sdk/client-dynamodb", "@aws-sdk/client-lambda", "@aws-sdk/lib-dynamodb")
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_PATIENCE_SECONDS = 300


class PeerError(Exception):
    """The peer cannot be bundled; the text says why and what to do."""


@dataclass(frozen=True)
class PeerBundles:
    """Its two functions, each as a zip, and the SDK that AWS's runtime has and node has not."""

    create_task: bytes
    send_notification: bytes
    """With benchmarks/witness.js beside it, which is the handler."""

    node_modules: Path
    node_version: str


def checkout_from(environment: Mapping[str, str]) -> Path | None:
    """Return the checkout that the environment names, or None. Raises PeerError if it is none."""
    named = environment.get(CHECKOUT_VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    needed = [
        *(Path(service, entry) for service, entry in _ENTRIES.items()),
        *(Path(service, _LOCK) for service in _ENTRIES),
        _INFRASTRUCTURE_LOCK,
    ]
    for each in needed:
        if not (folder / _PATTERN / each).is_file():
            raise PeerError(
                f"{CHECKOUT_VARIABLE} must be a checkout of {SOURCE}, "
                f"but {folder} has no {_PATTERN / each}; clone it there, or unset the variable"
            )
    return folder


@contextmanager
def peer_bundles(checkout: Path, programs: str = os.defpath) -> Iterator[PeerBundles]:
    """Bundle the functions; the SDK is there until the block ends. Raises PeerError.

    `programs` are the folders of node and npm, as in PATH. They are those of the emulator, which
    sees nothing of this shell's PATH.
    """
    node, npm = _program("node", programs), _program("npm", programs)
    with tempfile.TemporaryDirectory(prefix="peer-") as temporary:
        copy, tools = Path(temporary, "copy"), Path(temporary, "tools")
        lock = checkout / _PATTERN / _INFRASTRUCTURE_LOCK
        esbuild = _installed_esbuild(npm, esbuild_version(lock), tools)
        zips = {}
        for service, entry in _ENTRIES.items():
            _copy(checkout / _PATTERN / service, copy / service)
            _run([npm, "ci", "--omit=dev", *_QUIET], copy / service)
            bundle = Path(temporary, service, "index.js")
            _run(esbuild_command(esbuild, entry, bundle), copy / service)
            zips[service] = zip_of(*_files(service, bundle))
        node_modules = copy / _TASKS / "node_modules"
        _require_sdk(node, node_modules)
        version = _run([node, "--version"], copy).strip()
        yield PeerBundles(zips[_TASKS], zips[_NOTIFICATIONS], node_modules, version)


def esbuild_command(esbuild: Path, entry: Path, bundle: Path) -> list[str]:
    """Return the command line of CDK's NodejsFunction for the peer's bundling options.

    The SDK stays outside; smithy's packages do not, as the peer sets no flag for that:
    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html
    """
    return [
        str(esbuild),
        "--bundle",
        str(entry),
        "--target=node24",
        "--platform=node",
        f"--outfile={bundle}",
        "--minify",
        "--sourcemap",
        "--external:@aws-sdk/*",
        "--log-level=error",
    ]


def esbuild_version(lock: Path) -> str:
    """Return the version that the peer's own lock file pins. Raises PeerError."""
    try:
        pinned = json.loads(lock.read_text())["packages"]["node_modules/esbuild"]["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise PeerError(
            f"{lock} must pin the version of esbuild, but does not ({error!r}); "
            f"take a fresh checkout of {SOURCE}"
        ) from error
    return str(pinned)


def _program(name: str, folders: str) -> str:
    found = shutil.which(name, path=folders)
    if found is None:
        raise PeerError(
            f"the peer needs {name} in one of {folders}, but there is none; "
            f"install Node.js 20 or later there, or unset {CHECKOUT_VARIABLE}"
        )
    return found


def _installed_esbuild(npm: str, version: str, folder: Path) -> Path:
    folder.mkdir(parents=True)
    _run([npm, "install", "--no-save", "--prefix", ".", *_QUIET, f"esbuild@{version}"], folder)
    return folder / "node_modules" / ".bin" / "esbuild"


def _copy(service: Path, target: Path) -> None:
    ignored = shutil.ignore_patterns("node_modules", "infrastructure", "dist", "coverage", "docs")
    shutil.copytree(service, target, ignore=ignored)


def _files(service: str, bundle: Path) -> list[Path]:
    source_map = bundle.with_suffix(".js.map")
    return [bundle, source_map, *([_WITNESS] if service == _NOTIFICATIONS else [])]


def _require_sdk(node: str, node_modules: Path) -> None:
    # Without it the emulator would run the functions with stubs of its own, and nobody would know.
    script = "".join(f"require({json.dumps(name)});" for name in _SDK)
    _run([node, "-e", script], node_modules)


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- the command lines above
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise PeerError(
            f"{' '.join(command)} must end within {_PATIENCE_SECONDS} s, but runs on; "
            "is the package registry reachable?"
        ) from error
    if done.returncode:
        raise PeerError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return done.stdout

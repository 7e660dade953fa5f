"""The services that are compared: ours, the baselines of ours, and other people's ready ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.ready_services import Caller, ready_services
from benchmarks.subjects import BUILD, runtime_packages, zipped
from pulumi_serverless.blocks.dependencies import host_target, install_dependencies
from pulumi_serverless.blocks.foundation import PYTHON_VERSION
from pulumi_serverless.task_service import task_service

BARE = "bare boto3, Event"
"""What every other caller is compared with."""

_FOLDER = Path(__file__).with_name("bare")
_PYTHON = f"python{PYTHON_VERSION}"


def all_callers(settings: Mapping[str, Any]) -> list[Caller]:
    """Return the callers; `settings` are those of our function as the program declares it."""
    return [*_ours(settings), *_baselines(), *ready_services()]


def _ours(settings: Mapping[str, Any]) -> list[Caller]:
    """Our function twice, which shows what differs by chance, and with fewer guarantees."""
    bundle = zipped(task_service.CODE).read_bytes()
    variables = {
        key: "$target_arn" if key.endswith("_TARGET_ARN") else value.replace("$", "$$")
        for key, value in settings["Environment"]["Variables"].items()
    }
    direct = {
        key: value for key, value in variables.items() if not key.endswith("_OUTBOX_TABLE_NAME")
    }
    compiled = zipped(task_service.CODE, has_bytecode=True).read_bytes()
    return [
        Caller(
            name=name,
            bundle=zip_bytes,
            runtime=_PYTHON,
            handler=settings["Handler"],
            environment=environment,
        )
        for name, zip_bytes, environment in (
            ("ours", bundle, variables),
            ("ours again", bundle, variables),
            ("ours, bytecode", compiled, variables),
            ("ours, no outbox", bundle, direct),
        )
    ]


def _baselines() -> list[Caller]:
    # The boto3 is the runtime's, as on AWS.
    packages = {"PYTHONPATH": str(runtime_packages())}
    names = {"TABLE_NAME": "$table_name", "TARGET_ARN": "$target_arn", **packages}
    bare = packed(_FOLDER / "bare_service.py")

    def baseline(name: str, module: str, bundle: bytes, **environment: str) -> Caller:
        return Caller(
            name=name,
            bundle=bundle,
            runtime=_PYTHON,
            handler=f"{module}.handle",
            table_key="id",
            environment={**names, **environment},
        )

    powertools = install_dependencies(
        _FOLDER / "powertools.txt", host_target(), BUILD / "dependencies"
    )
    return [
        baseline(BARE, "bare_service", bare, INVOCATION_TYPE="Event"),
        baseline(
            "bare boto3, synchronous", "bare_service", bare, INVOCATION_TYPE="RequestResponse"
        ),
        baseline(
            "Powertools",
            "powertools_service",
            packed(_FOLDER / "powertools_service.py", powertools),
        ),
    ]


def packed(file: Path, packages: Path | None = None) -> bytes:
    """Return a zip with one module, and what is installed in a folder."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, file.name)
        for each in sorted(packages.rglob("*")) if packages else ():
            if each.is_file() and "__pycache__" not in each.parts:
                archive.write(each, each.relative_to(packages or each))
    return target.getvalue()

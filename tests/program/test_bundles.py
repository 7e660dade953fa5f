"""The zips that functions are deployed from, built from the real sources and lock files."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import pulumi_serverless
from pulumi_serverless.blocks.bundle import FunctionCode, build_bundle
from pulumi_serverless.blocks.dependencies import Target, host_target, lambda_target
from pulumi_serverless.notification_service import notification_service
from pulumi_serverless.testing.mocks import FUNCTION
from tests.program.programs import PROGRAMS, ROOT, deploy


def codes() -> dict[str, FunctionCode]:
    """The code of every component, by its first package in the runtime."""
    names = [
        module.name
        for module in pkgutil.walk_packages(pulumi_serverless.__path__, "pulumi_serverless.")
    ]
    found = [getattr(importlib.import_module(name), "CODE", None) for name in names]
    return {each.packages[0]: each for each in found if isinstance(each, FunctionCode)}


CODES = codes()


@functools.cache
def _handlers() -> set[str]:
    """The handlers of every program."""
    graphs = [deploy(folder) for folder in PROGRAMS]
    return {each.inputs["handler"] for graph in graphs for each in graph.of_type(FUNCTION)}


SMALL = ("dynamodb", "lambda", "sqs", "sns", "sesv2", "secretsmanager", "ssm")
WHEEL_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
BINARY = "markupsafe"  # a small library that is compiled for each processor
WRITE_AN_EMAIL = """
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channels.email import channels
from serverless_runtime.notification_service.settings.email import EmailSettings

class Ses:
    def send_email(self, *, Content, **_):
        body = Content["Simple"]["Body"]
        print(body["Text"]["Data"], body["Html"]["Data"])
        return {"MessageId": "ses-1"}

at = "2026-03-01T09:30:00.000Z"
task = Task(task_id="t", title="Oat & milk", created_at=at, updated_at=at)
settings = EmailSettings(sender="tasks@example.com", recipients=["a@example.com"])
[channel] = channels(settings, Ses())
channel.send(TaskEvent.about(task, "task.created.v1", time=at, correlation_id="c"))
"""
Bundle = Callable[[FunctionCode, Target], Path]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    # The project's own build folder: dependencies that are there already are not fetched again.
    return lambda code, target: build_bundle(code, target, ROOT / ".build")


def run_isolated(
    bundle_path: Path, folder: Path, statement: str
) -> subprocess.CompletedProcess[str]:
    """Run Python that sees the unpacked bundle and the standard library, nothing else."""
    with zipfile.ZipFile(bundle_path) as archive:
        archive.extractall(folder)
    path = f"import sys; sys.path.insert(0, {str(folder)!r}); "
    return subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-I", "-S", "-B", "-c", path + statement],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_DEFAULT_REGION": "eu-west-1"},
    )


@pytest.mark.parametrize("name", CODES)
def test_every_handler_runs_on_its_bundle_alone(name: str, bundle: Bundle, tmp_path: Path) -> None:
    code = CODES[name]
    modules = sorted(path.rpartition(".")[0] for path in _handlers() if path.startswith(f"{name}."))
    own = "from serverless_runtime.shared import aws"
    own += f"; [aws.client(each) for each in {SMALL}]"

    done = run_isolated(
        bundle(code, host_target()),
        tmp_path,
        f"import {', '.join(modules)}; {own}",
    )

    assert modules
    assert done.returncode == 0, done.stderr


def test_an_email_is_written_by_the_bundle_alone(bundle: Bundle, tmp_path: Path) -> None:
    done = run_isolated(bundle(notification_service.CODE, host_target()), tmp_path, WRITE_AN_EMAIL)

    assert done.returncode == 0, done.stderr
    text, html = done.stdout.split("<!doctype html>")
    assert "Title:  Oat & milk" in text
    assert ">Oat &amp; milk</h1>" in html


def test_a_dependency_missing_from_a_bundle_is_noticed(bundle: Bundle, tmp_path: Path) -> None:
    whole = bundle(notification_service.CODE, host_target())

    done = run_isolated(
        whole, tmp_path / "code", "from serverless_runtime.shared import aws; aws.client('s3')"
    )

    assert "No module named 'boto3'" in done.stderr


@pytest.mark.parametrize("name", CODES)
def test_a_bundle_of_ours_is_the_same_for_every_processor(name: str, bundle: Bundle) -> None:
    one, other = (
        bundle(CODES[name], lambda_target("3.13", architecture)).read_bytes()
        for architecture in WHEEL_MACHINES
    )

    assert one == other


@pytest.mark.parametrize("architecture", WHEEL_MACHINES)
def test_a_bundle_with_binaries_holds_its_processors_and_no_others(
    architecture: str, tmp_path: Path
) -> None:
    code = FunctionCode(
        packages=("serverless_runtime.contracts",), requirements=a_lock(BINARY, tmp_path)
    )

    built = build_bundle(code, lambda_target("3.13", architecture), tmp_path)

    with zipfile.ZipFile(built) as archive:
        binaries = [entry for entry in archive.namelist() if ".so" in Path(entry).suffixes]
    assert binaries
    for binary in binaries:
        machine = WHEEL_MACHINES[architecture]
        assert binary.endswith(f".cpython-313-{machine}-linux-gnu.so"), binary


def a_lock(name: str, folder: Path) -> Path:
    """A lock file of one entry, as the project's own has it."""
    locked = (ROOT / "requirements-dev.txt").read_text()
    [entry] = re.findall(rf"^{name}==.*(?:\n .*)*", locked, re.MULTILINE)
    lock = folder / "requirements.txt"
    lock.write_text(entry)
    return lock


@pytest.mark.parametrize("name", CODES)
def test_a_bundle_holds_its_own_service_and_nothing_to_test_or_compile(
    name: str, bundle: Bundle
) -> None:
    with zipfile.ZipFile(bundle(CODES[name], lambda_target("3.13", "arm64"))) as archive:
        entries = archive.infolist()

    own = CODES[name].packages
    others = tuple(
        f"{other.replace('.', '/')}/" for other in CODES if not other.startswith(tuple(own))
    )
    for entry in entries:
        assert not entry.filename.startswith(others), entry.filename
        assert "__pycache__" not in entry.filename
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    folders = {Path(entry.filename).parts[0] for entry in entries}
    assert folders == {"serverless_runtime"}

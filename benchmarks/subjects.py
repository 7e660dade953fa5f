"""What is measured: each function as it is deployed, and the bare boto3 handler."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.interpreters import function_python
from pulumi_serverless.blocks.bundle import FunctionCode, build_bundle
from pulumi_serverless.blocks.dependencies import host_target, install_dependencies
from pulumi_serverless.handoff import outbox
from pulumi_serverless.notification_service import notification_service
from pulumi_serverless.task_service import task_service

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
_BARE = Path(__file__).with_name("bare") / "bare_handler.py"

CREDENTIALS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "x" * 900,
}
ENVIRONMENT = {
    **CREDENTIALS,
    "TABLE_NAME": "tasks",
    "HANDOFF_TASKS_TARGET_ARN": "arn:aws:lambda:eu-west-1:123456789012:function:target",
    "HANDOFF_TASKS_OUTBOX_TABLE_NAME": "outbox",
    "EVENT_PUBLISHER": "serverless_runtime.handoff.Handoff",
    "METRICS_COMPONENT": "tasks",
    "MINIMUM_AGE_SECONDS": "45",
    "ONCE_TABLE_NAME": "deliveries",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters",
    "CHANNELS": json.dumps(
        [{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}]
    ),
}

EVENT: dict[str, Any] = {
    "version": "2.0",
    "routeKey": "POST /tasks",
    "rawPath": "/tasks",
    "headers": {"content-type": "application/json", "user-agent": "benchmark"},
    "requestContext": {"http": {"method": "POST", "path": "/tasks"}, "requestId": "Jx0="},
    "body": json.dumps({"title": "Buy milk", "detail": "Two", "dueAt": "2026-03-01T09:30:00Z"}),
    "isBase64Encoded": False,
}


@dataclass(frozen=True)
class Subject:
    """One function: what its cold start does before the first request can be served."""

    name: str
    module: str
    """Import path of the module with its `handle`."""

    clients: str = ""
    """Statement that makes what the first request would make first."""

    code: FunctionCode | None = None
    """What its bundle holds; None for the bare handler."""

    has_bytecode: bool = False
    """Whether its bundle has bytecode, as with the setting `bytecode_python`."""


_OWN = "from serverless_runtime.shared import aws; aws.client('dynamodb')"
_TASKS = "serverless_runtime.task_service.handlers"

BARE = Subject("bare boto3", "bare_handler")
CREATE = Subject(
    "create-task",
    f"{_TASKS}.create_task",
    f"import {_TASKS}.task_writer as w; w.task_writer(); {_OWN}; aws.client('lambda')",
    task_service.CODE,
)
RELAY = Subject(
    "relay",
    "serverless_runtime.handoff.relay.handler",
    f"{_OWN}; aws.client('lambda')",
    outbox.CODE,
)
NOTIFY = Subject(
    "send-notification",
    "serverless_runtime.notification_service.handler",
    "import serverless_runtime.notification_service.handler as h; h._adapters(); " + _OWN,
    notification_service.CODE,
)
SUBJECTS = [
    CREATE,
    *(
        Subject(
            f"{operation}-task", f"{_TASKS}.{operation}_task", CREATE.clients, task_service.CODE
        )
        for operation in ("update", "delete")
    ),
    Subject("get-task", f"{_TASKS}.get_task", _OWN, task_service.CODE),
    Subject("list-tasks", f"{_TASKS}.list_tasks", _OWN, task_service.CODE),
    RELAY,
    NOTIFY,
    *(
        replace(each, name=f"{each.name}-bytecode", has_bytecode=True)
        for each in (CREATE, RELAY, NOTIFY)
    ),
]


def zipped(code: FunctionCode, *, has_bytecode: bool = False) -> Path:
    """Return the zip that is deployed, for the Python that runs functions here."""
    if not has_bytecode:
        return build_bundle(code, host_target(), BUILD)
    host = host_target()
    target = replace(host, label=f"{host.label}-bytecode", has_bytecode=True)
    return build_bundle(code, target, BUILD, str(function_python()))


@functools.cache
def zip_of(subject: Subject) -> Path | None:
    """Return what is deployed of a function; None for the bare handler."""
    if subject.code is None:
        return None
    return zipped(subject.code, has_bytecode=subject.has_bytecode)


def unpacked(subject: Subject, folder: Path) -> Path:
    """Return a folder with what the function finds under /var/task."""
    bundle = zip_of(subject)
    if bundle is None:
        bare = runtime_packages()
        shutil.copy(_BARE, bare)
        _compile(bare)
        return bare
    target = folder / bundle.parent.name / bundle.stem
    if not target.is_dir():
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(target)
    return target


@functools.cache
def runtime_packages() -> Path:
    """Return a folder with boto3 whole, and with its bytecode, as Lambda's own runtime has it."""
    installed = install_dependencies(
        _BARE.with_name("requirements.txt"), host_target(), BUILD / "dependencies"
    )
    folder = BUILD / "benchmarks" / f"bare-{installed.name}"
    if not folder.is_dir():
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(installed, partial)
        partial.rename(folder)
    _compile(folder)
    return folder


def _compile(folder: Path) -> None:
    subprocess.run(  # noqa: S603 -- an interpreter of this machine
        [str(function_python()), "-m", "compileall", "-q", str(folder)], check=True
    )

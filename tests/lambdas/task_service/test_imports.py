"""What a handler pulls in, seen from a fresh interpreter with nothing in its environment."""

from __future__ import annotations

import subprocess
import sys

import pytest

READERS = ["get_task", "list_tasks"]
WRITERS = ["create_task", "update_task", "delete_task"]


def imported_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], env={}, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", READERS)
def test_what_only_reads_cannot_hand_off(name: str) -> None:
    modules = imported_by(f"serverless_runtime.task_service.handlers.{name}")

    assert not [module for module in modules if module.startswith("serverless_runtime.handoff")]


@pytest.mark.parametrize("name", WRITERS)
def test_what_writes_hands_off(name: str) -> None:
    assert "serverless_runtime.handoff.handoff" in imported_by(
        f"serverless_runtime.task_service.handlers.{name}"
    )


def test_the_notification_service_needs_no_library_until_a_channel_does() -> None:
    modules = imported_by("serverless_runtime.notification_service.handler")

    for library in ("boto3", "botocore", "pydantic"):
        assert library not in modules
    assert not [name for name in modules if name.startswith("serverless_runtime.task_service")]


def test_settings_pull_in_nothing_but_the_standard_library() -> None:
    for module in ("task_service", "notification_service", "handoff", "handoff.relay"):
        assert "boto3" not in imported_by(f"serverless_runtime.{module}.settings")

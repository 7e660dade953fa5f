"""A program with components and lambdas of its own, on the installed wheel, by `local up`."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import background
from local.emulator.start import Emulator
from local.up import emulator_of, outputs_of
from local.wait import wait_until
from tests.e2e.local_command import local, port_for_up
from tests.rewrite import rewrite
from tests.wheel.conftest import there, wheel
from tests.wheel.installed_wheel import Elsewhere

__all__ = ["there", "wheel"]


@dataclass(frozen=True)
class Program:
    """The program on a port, which `up` has deployed to."""

    folder: Path
    port: int

    def up(self) -> str:
        done = local("up", str(self.folder), "--port", str(self.port))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def outputs(self) -> dict[str, Any]:
        running = background.find(self.port)
        assert running is not None
        return outputs_of(running) or {}

    @property
    def emulator(self) -> Emulator:
        return emulator_of(self.port)


@pytest.fixture(scope="module")
def program(there: Elsewhere) -> Iterator[Program]:
    with port_for_up() as port:
        deployed = Program(there.folder, port)
        assert " created" in deployed.up()
        yield deployed


def test_an_event_goes_through_its_own_functions_and_one_through_the_librarys_components(
    program: Program,
) -> None:
    taken = local(
        "invoke", program.outputs["takeOrder"], '{"orderId": "4711"}', "--port", str(program.port)
    )
    created = httpx.post(
        f"{program.outputs['apiUrl']}/tasks",
        json={"title": "Elsewhere"},
        trust_env=False,
        timeout=30,
    )

    assert json.loads(taken.stdout) == {"handedOff": True}, taken.stderr
    table = program.outputs["receiptsTableName"]
    (receipt,) = wait_until(
        lambda: program.emulator.client("dynamodb").scan(TableName=table)["Items"],
        "the receipt",
        seconds=30,
    )
    assert receipt["order_id"] == {"S": "4711"}
    assert created.status_code == 201, created.text
    (email,) = wait_until(program.emulator.emails, "the notification", seconds=30)
    assert email["To"] == ["to@example.com"]


def test_a_second_up_changes_nothing(program: Program) -> None:
    state = program.outputs

    again = program.up()

    assert not any(f" {done} " in again for done in ("created", "updated", "replaced", "deleted"))
    assert program.outputs == state


def test_what_changes_is_changed_and_what_the_program_drops_is_deleted(program: Program) -> None:
    main = program.folder / "__main__.py"
    declared = main.read_text()
    queue = """
import pulumi_aws as aws
queue = aws.sqs.Queue("extra", visibility_timeout_seconds={seconds})
pulumi.export("extra", queue.url)
"""
    try:
        rewrite(main, declared + queue.format(seconds=60))
        created = program.up()
        url = program.outputs["extra"]
        rewrite(main, declared + queue.format(seconds=90))
        changed = program.up()
        rewrite(main, declared)
        dropped = program.up()
    finally:
        rewrite(main, declared)

    assert "1 created, " in created
    assert "1 updated, " in changed
    assert "visibilityTimeoutSeconds" in changed
    assert "1 deleted, " in dropped
    assert "extra" not in program.outputs
    assert url not in program.emulator.client("sqs").list_queues().get("QueueUrls", [])


def test_a_property_that_a_type_does_not_have_is_refused_by_its_resource(program: Program) -> None:
    main = program.folder / "__main__.py"
    declared = main.read_text()
    wrong = 'import pulumi_aws as aws\naws.sqs.Queue("extra", visibility_timeout=60)\n'
    try:
        rewrite(main, f"{declared}\n{wrong}")
        refused = local("up", str(program.folder), "--port", str(program.port))
    finally:
        rewrite(main, declared)

    assert refused.returncode == 1
    assert "Queue" in refused.stderr
    assert "extra" in refused.stderr
    assert "did you mean visibility_timeout_seconds?" in refused.stderr


def test_a_port_with_another_program_is_refused(program: Program, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: other\nruntime: python\n")
    (tmp_path / "__main__.py").touch()

    refused = local("up", str(tmp_path), "--port", str(program.port))

    assert refused.returncode == 1
    assert f"{program.folder} runs there" in refused.stderr


def test_after_a_kill_up_says_so_and_starts_again(program: Program) -> None:
    owner = background.instance(program.port).owner()
    assert owner is not None
    os.kill(owner, signal.SIGKILL)
    wait_until(lambda: background.instance(program.port).owner() is None, "its end", seconds=10)
    listed = local("status").stdout

    again = program.up()

    assert f"{program.port}" in listed
    assert "killed" in listed
    assert f"What ran on port {program.port} was killed, and its data is gone." in again
    assert " created, " in again

"""A program in another folder, with the components from the wheel, deployed to an emulator."""

from __future__ import annotations

import httpx

from local.emulator.start import free_port, running_emulator
from local.instance import Instance
from local.wait import wait_until
from tests.wheel.conftest import there, wheel
from tests.wheel.elsewhere import Elsewhere

__all__ = ["there", "wheel"]

DEPLOY = """
import json, pathlib, sys
from local.deployment import EMULATOR_CONFIG
from local.emulator.clients import Clients
from pulumi_serverless.testing.program import run_program
from local.engine.provider import EmulatorProvider

provider = EmulatorProvider(Clients(sys.argv[1]))
graph = run_program(
    pathlib.Path.cwd(),
    project="elsewhere",
    stack="local",
    config=EMULATOR_CONFIG,
    mocks=provider,
)
print(json.dumps(graph.exports))
"""


def test_a_task_of_the_installed_components_is_notified(there: Elsewhere) -> None:
    port = free_port()
    with (
        Instance(f"wheel-{port}").owned() as instance,
        running_emulator(instance, port, retry_base_seconds=0.2) as emulator,
    ):
        api = there.run(DEPLOY, emulator.url)["apiUrl"]

        created = httpx.post(
            f"{api}/tasks", json={"title": "From elsewhere"}, trust_env=False, timeout=30
        )

        assert created.status_code == 201, created.text
        (email,) = wait_until(emulator.emails, "the notification", seconds=30)
        assert email["To"] == ["to@example.com"]

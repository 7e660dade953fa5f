"""A program with components and lambdas of its own, on the installed wheel, in an emulator."""

from __future__ import annotations

import json

import httpx

from local.emulator.start import free_port, running_emulator
from local.instance import Instance
from local.wait import wait_until
from tests.wheel.conftest import there, wheel
from tests.wheel.installed_wheel import Elsewhere

__all__ = ["there", "wheel"]

DEPLOY = """
import json, pathlib, sys
from local.deployment import EMULATOR_CONFIG
from local.emulator.clients import Clients, Credentials
from local.engine.in_process import InProcessEngine
from local.engine.provider import Provider
from pulumi_serverless.testing import run_program

engine = InProcessEngine(Provider(Clients(sys.argv[1], Credentials(*sys.argv[2:]))))
here, config = pathlib.Path.cwd(), EMULATOR_CONFIG
exports = engine.up(
    lambda graph: run_program(here, project="elsewhere", stack="local", config=config, mocks=graph)
)
print(json.dumps(exports))
"""


def test_an_event_goes_through_its_own_functions_and_one_through_the_librarys_components(
    there: Elsewhere,
) -> None:
    port = free_port()
    with (
        Instance(f"wheel-{port}").owned() as instance,
        running_emulator(instance, port, retry_base_seconds=0.2) as emulator,
    ):
        outputs = there.run(DEPLOY, emulator.url, *emulator.credentials[:2])

        taken = emulator.client("lambda").invoke(
            FunctionName=outputs["takeOrder"], Payload=json.dumps({"orderId": "4711"})
        )
        created = httpx.post(
            f"{outputs['apiUrl']}/tasks", json={"title": "Elsewhere"}, trust_env=False, timeout=30
        )

        assert json.load(taken["Payload"]) == {"handedOff": True}
        table = outputs["receiptsTableName"]
        (receipt,) = wait_until(
            lambda: emulator.client("dynamodb").scan(TableName=table)["Items"],
            "the receipt",
            seconds=30,
        )
        assert receipt["order_id"] == {"S": "4711"}
        assert created.status_code == 201, created.text
        (email,) = wait_until(emulator.emails, "the notification", seconds=30)
        assert email["To"] == ["to@example.com"]

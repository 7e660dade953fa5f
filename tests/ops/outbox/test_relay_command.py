"""`relay` for programs: one JSON object per relay, and nothing else on stdout."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.lambdas.tables import OUTBOX
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, ended, stack_outputs

RELAY = "arn:aws:lambda:us-east-1:123456789012:function:relay"


class Logs:
    """Logs of a relay that has not run."""

    def get_paginator(self, _: str) -> Logs:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"events": []}]


@pytest.fixture
def invoked() -> list[str]:
    return []


@pytest.fixture
def names() -> list[str]:
    """The stack's outboxes."""
    return ["events"]


@pytest.fixture
def types(reader: Reader, invoked: list[str], names: list[str]) -> Any:
    scheduler = boto3.client(
        "scheduler",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- moto checks none
    )
    scheduler.create_schedule(
        Name="every-minute",
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow={"Mode": "OFF"},
        State="DISABLED",
        Target={"Arn": RELAY, "RoleArn": "arn:aws:iam::123456789012:role/schedule"},
    )
    configuration = {"FunctionArn": RELAY, "LoggingConfig": {"LogGroup": "relay"}}
    functions = Overriding(
        None,
        get_function_configuration=lambda **_: configuration,
        invoke=lambda **arguments: invoked.append(arguments["FunctionName"]),
    )
    clients = {
        "dynamodb": reader.dynamodb,
        "lambda": functions,
        "logs": Logs(),
        "scheduler": scheduler,
    }
    entry = {"tableName": OUTBOX, "relayFunctionName": "relay"}
    outputs = stack_outputs(outboxes=dict.fromkeys(names, entry))
    context = Context(
        client=lambda service, connection: clients[service], run=lambda words: ended(0, outputs)
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, ["relay", "--stack", "dev", *words], obj=context)

    return run


def test_a_stopped_relay_is_described_and_restarted(types: Any, invoked: list[str]) -> None:
    stopped = types("--json")
    restarted = types("--json", "--apply")
    enabled = types("--json")

    assert json.loads(stopped.stdout) == {
        "outbox": "events",
        "schedule": "every-minute",
        "is_enabled": False,
        "last_run_at": None,
        "waiting": 0,
        "is_complete": True,
    }
    assert (stopped.exit_code, restarted.exit_code) == (1, 0)
    assert json.loads(restarted.stdout)["outbox"] == "events"
    assert json.loads(enabled.stdout)["is_enabled"]
    assert invoked == [RELAY]


@pytest.mark.parametrize("names", [["events", "two words"]])
def test_of_several_relays_the_lines_to_type_are_offered(types: Any, invoked: list[str]) -> None:
    refused = types("--apply")

    assert (refused.exit_code, invoked) == (2, [])
    typed = "  commands relay --stack dev --apply --outbox "
    offered = [line for line in refused.stderr.splitlines() if line.startswith(typed)]
    assert offered == [f"{typed}events", f"{typed}'two words'"]

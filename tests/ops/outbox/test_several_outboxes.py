"""Of several outboxes, one whose table does not exist hides none of the others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import row_of
from tests.lambdas.tables import OUTBOX
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, aws_client, ended, stack_outputs
from tests.ops.outbox.relay_log import RelayLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = {"gone": "no-such-table", "events": OUTBOX}
NAMED = "Error: outbox gone (table no-such-table"


@pytest.fixture
def types(reader: Reader) -> Any:
    event = Event(event_id="e-1", correlation_id="c-1", payload=b"{}")
    row = row_of(event, int(NOON.timestamp() * 1000))
    reader.dynamodb.put_item(TableName=OUTBOX, Item=row)
    relay = {"FunctionArn": "arn:relay", "LoggingConfig": {"LogGroup": "relay"}}
    clients = {
        "dynamodb": reader.dynamodb,
        "lambda": Overriding(None, get_function_configuration=lambda **_: relay),
        "logs": RelayLog(),
        "scheduler": aws_client("scheduler"),
    }
    outboxes = {
        name: {"tableName": table, "relayFunctionName": "relay"} for name, table in TABLES.items()
    }
    context = Context(
        client=lambda service, _: clients[service],
        run=lambda _: ended(0, stack_outputs(outboxes=outboxes)),
        now=lambda: NOON,
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, [*words, "--stack", "dev"], obj=context)

    return run


def test_a_list_shows_what_waits_in_the_others_and_names_the_table(types: Any) -> None:
    result = types("outbox", "list")

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (3, "1 waiting")
    assert result.stdout.startswith("e-1 waits for ")
    assert result.stderr.startswith(f"{NAMED}): there is no such table or index (")
    assert result.stderr.endswith("; check its name, --stack and --region\n")


def test_nothing_is_said_to_wait_nowhere_if_it_is_not_known(types: Any) -> None:
    result = types("outbox", "list", "--outbox", "gone")

    assert (result.exit_code, result.stdout) == (3, "")


def test_an_event_of_another_outbox_is_found_and_removed(types: Any, tmp_path: Path) -> None:
    save = str(tmp_path / "saved.json")

    result = types("outbox", "remove", "e-1", "--apply", "--save", save)

    assert (result.exit_code, result.stdout) == (0, f"Removed e-1; it is saved in {save}.\n")
    assert NAMED in result.stderr


def test_an_event_that_is_in_none_of_the_others_may_be_in_the_missing_one(types: Any) -> None:
    result = types("outbox", "show", "e-9")

    assert result.exit_code == 3
    assert NAMED in result.stderr
    assert "no event e-9 waits in events;" in result.stderr


def test_the_relays_of_the_others_are_checked(types: Any) -> None:
    result = types("relay")

    assert (result.exit_code, "outbox    1 waiting" in result.stdout) == (3, True)
    assert f"{NAMED}, relay relay): there is no such table" in result.stderr

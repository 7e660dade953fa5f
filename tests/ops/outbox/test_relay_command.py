"""`relay`: whether the relay runs is described, and one that has stopped is restarted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_ops.outbox.relay_command import enable, find_schedule
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import row_of
from tests.lambdas.tables import OUTBOX
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, aws_client, ended, stack_outputs
from tests.ops.outbox.relay_log import RelayLog

RELAY = "arn:aws:lambda:us-east-1:123456789012:function:relay"


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def invoked() -> list[str]:
    return []


@pytest.fixture
def names() -> list[str]:
    """The stack's outboxes."""
    return ["events"]


@pytest.fixture
def log() -> RelayLog:
    """Of a relay that has not run."""
    return RelayLog()


@pytest.fixture
def scheduler(reader: Reader) -> Any:
    """Runs the relay, but is disabled."""
    scheduler = aws_client("scheduler")
    scheduler.create_schedule(
        Name="every-minute",
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow={"Mode": "OFF"},
        State="DISABLED",
        Target={"Arn": RELAY, "RoleArn": "arn:aws:iam::123456789012:role/schedule"},
    )
    return scheduler


@pytest.fixture
def types(
    reader: Reader, scheduler: Any, log: RelayLog, invoked: list[str], names: list[str]
) -> Any:
    configuration = {"FunctionArn": RELAY, "LoggingConfig": {"LogGroup": "relay"}}
    functions = Overriding(
        None,
        get_function_configuration=lambda **_: configuration,
        invoke=lambda **arguments: invoked.append(arguments["FunctionName"]),
    )
    clients = {
        "dynamodb": reader.dynamodb,
        "lambda": functions,
        "logs": log,
        "scheduler": scheduler,
    }
    entry = {"tableName": OUTBOX, "relayFunctionName": "relay"}
    outputs = stack_outputs(outboxes=dict.fromkeys(names, entry))
    context = Context(
        client=lambda service, connection: clients[service],
        run=lambda words: ended(0, outputs),
        now=lambda: NOON,
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
        "not_due": 0,
        "next_due_at": None,
    }
    assert (stopped.exit_code, restarted.exit_code) == (1, 0)
    assert json.loads(restarted.stdout)["outbox"] == "events"
    assert json.loads(enabled.stdout)["is_enabled"]
    assert invoked == [RELAY]


def _enable(scheduler: Any) -> None:
    schedule = find_schedule(scheduler, RELAY)
    assert schedule is not None
    enable(scheduler, schedule)


def test_a_relay_that_runs_is_fine(types: Any, scheduler: Any, log: RelayLog) -> None:
    _enable(scheduler)
    log.ran(NOON - timedelta(seconds=30))

    result = types()

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "schedule  every-minute enabled",
        "last run  30s ago",
        "outbox    0 waiting",
    ]
    assert json.loads(types("--json").stdout)["last_run_at"] == "2026-03-01T11:59:30.000Z"


@pytest.mark.parametrize(
    ("enabled", "has_run", "described"),
    [
        (False, True, ["schedule  every-minute disabled", "last run  30s ago"]),
        (True, False, ["schedule  every-minute enabled", "last run  none in 15 minutes"]),
        (False, False, ["schedule  every-minute disabled", "last run  none in 15 minutes"]),
    ],
)
def test_a_relay_that_is_disabled_or_has_not_run_does_not_run(
    types: Any,
    scheduler: Any,
    log: RelayLog,
    *,
    enabled: bool,
    has_run: bool,
    described: list[str],
) -> None:
    if enabled:
        _enable(scheduler)
    if has_run:
        log.ran(NOON - timedelta(seconds=30))

    result = types()

    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == described
    assert result.stderr == "The relay does not run. Add --apply to restart it.\n"


def test_a_relay_without_a_schedule_is_invoked_once_and_reported(
    types: Any, scheduler: Any, log: RelayLog, invoked: list[str]
) -> None:
    scheduler.delete_schedule(Name="every-minute")
    log.ran(NOON - timedelta(seconds=30))

    checked, applied = types(), types("--apply")

    assert (checked.exit_code, applied.exit_code) == (1, 1)
    assert "schedule  the relay has none" in checked.stdout
    assert "Add --apply to restart it." in checked.stderr
    assert invoked == [RELAY]
    assert "restore it with pulumi up --refresh" in applied.stderr
    assert json.loads(types("--json").stdout)["schedule"] is None


def test_an_enabled_relay_is_restarted_by_an_invocation_alone(
    types: Any, scheduler: Any, invoked: list[str]
) -> None:
    _enable(scheduler)

    result = types("--apply")

    assert (result.exit_code, invoked) == (0, [RELAY])
    assert result.stderr == "The relay was invoked; status shows what it did.\n"


@pytest.mark.parametrize("names", [[]])
def test_a_stack_without_an_outbox_has_no_relay(types: Any) -> None:
    result = types()

    assert result.exit_code == 1
    assert result.stderr == "Error: this stack has no outbox, and therefore no relay\n"


@pytest.mark.parametrize("names", [["events", "orders"]])
def test_each_of_several_relays_is_described_under_its_name(types: Any) -> None:
    lines = types().stdout.splitlines()

    assert [lines[0], lines[4]] == ["events", "orders"]
    assert "orders" not in types("--outbox", "events").stdout


@pytest.mark.parametrize("names", [["events", "two words"]])
def test_of_several_relays_the_lines_to_type_are_offered(types: Any, invoked: list[str]) -> None:
    refused = types("--apply")

    assert (refused.exit_code, invoked) == (2, [])
    typed = "  commands relay --stack dev --apply --outbox "
    offered = [line for line in refused.stderr.splitlines() if line.startswith(typed)]
    assert offered == [f"{typed}events", f"{typed}'two words'"]


@pytest.mark.parametrize("words", [(), ("--apply",)])
def test_it_says_how_many_events_are_not_due_yet_and_when_the_first_is(
    types: Any, reader: Reader, words: tuple[str, ...]
) -> None:
    for name, seconds in (("due", 0), ("late", 90), ("soon", 60)):
        event = Event(event_id=name, correlation_id="c-1", payload=b"{}")
        at_ms = int(NOON.timestamp() * 1000) + seconds * 1000
        row = row_of(event, int(NOON.timestamp() * 1000))
        item = {**row, "next_attempt_at": {"N": str(at_ms)}}
        reader.dynamodb.put_item(TableName=OUTBOX, Item=item)

    assert types(*words).stdout.splitlines()[2:] == [
        "outbox    3 waiting",
        "          2 of them not due yet: the relay leaves them until their next attempt, "
        "the first until 2026-03-01T12:01:00.000Z",
    ]
    found = json.loads(types("--json", *words).stdout)
    assert (found["not_due"], found["next_due_at"]) == (2, "2026-03-01T12:01:00.000Z")

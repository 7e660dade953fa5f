"""A whole status as AWS has it: every part, read into its field."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from serverless_ops.aws.clients import Connection
from serverless_ops.aws.queue_depth import Depth
from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_ops.outbox.relay_runs import RelayRun
from serverless_ops.outbox.waiting_events import Backlog
from serverless_ops.stack import Operations, Stack
from serverless_ops.status.queue_backlog import QueueBacklog
from serverless_ops.status.status_reader import StatusReader
from tests.ops.fakes import Clock, ended, service_error, stack_outputs
from tests.ops.outbox.relay_log import RelayLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEAD, LIVE = "https://sqs/1/orders-dead", "https://sqs/1/orders"


class Aws:
    """Every client at once, of a stack in which little is wrong."""

    def __init__(self) -> None:
        self.log = RelayLog()
        self.modified = NOON - timedelta(days=1)
        self.alarm: dict[str, Any] = {"AlarmName": "dev-depth", "StateValue": "ALARM"}
        self.depths = {DEAD: (2, 1, 0), LIVE: (3, 2, 1)}
        self.values: list[float] | None = [840.0]
        self.asked: list[Any] = []
        self.returned = 2
        self.received = 0

    def get_function_configuration(self, *, FunctionName: str) -> Any:  # noqa: N803
        group = {"LogGroup": f"/{FunctionName}"}
        return {"LoggingConfig": group, "LastModified": self.modified.isoformat()}

    def get_paginator(self, operation: str) -> Any:
        return self.log.get_paginator(operation)

    def query(self, **_: Any) -> Any:
        return {"Items": []}

    def get_item(self, **_: Any) -> Any:
        return {}

    def describe_alarms(self, **_: Any) -> Any:
        return {"MetricAlarms": [self.alarm]}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> Any:  # noqa: N803
        return {"Attributes": dict(zip(AttributeNames, self.depths[QueueUrl], strict=True))}

    def receive_message(self, **arguments: Any) -> Any:
        self.received += 1
        count = min(self.returned, arguments["MaxNumberOfMessages"])
        return {
            "Messages": [
                {"MessageId": f"m-{self.received}-{n}", "ReceiptHandle": "h", "Body": "x"}
                for n in range(count)
            ]
        }

    def change_message_visibility_batch(self, **arguments: Any) -> Any:
        return {"Successful": [{"Id": each["Id"]} for each in arguments["Entries"]]}

    def get_metric_data(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        if self.values is None:
            raise service_error("AccessDenied", "GetMetricData")
        at = [NOON - MINUTE * place for place, _ in enumerate(self.values, 1)]
        return {"MetricDataResults": [{"Id": "age", "Timestamps": at, "Values": self.values}]}


ENTRY = {"kind": "message", "queueUrl": DEAD, "sourceQueueUrl": LIVE}
WHOLE: dict[str, Any] = {
    "outboxes": {"events": {"tableName": "outbox", "relayFunctionName": "relay"}},
    "deadLetters": {"orders": ENTRY},
    "circuitBreakers": {
        "notifier": {"tableName": "t", "circuits": ["sms", "email"], "key": {"id": "{circuit}"}}
    },
    "alarms": {"depth": "dev-depth"},
}


def _reader(aws: Aws, operations: dict[str, Any] = WHOLE) -> StatusReader:
    stack = Stack(
        name="dev",
        operations=Operations.model_validate(operations),
        connection=Connection(region="us-east-1"),
        source="a test",
    )
    context = Context(
        client=lambda *_: aws, clock=Clock(), now=lambda: NOON, poll_seconds=0, sleep=Clock().sleep
    )
    return StatusReader(context, stack)


def test_every_part_is_read_into_its_field() -> None:
    aws = Aws()
    aws.log.ran(NOON - MINUTE, handed_off=3, failed=1)

    found = _reader(aws).read()

    assert found.unread == {}
    assert found.at == NOON
    assert found.backlogs == {"events": Backlog(count=0, is_complete=True, oldest_at=None)}
    assert found.relays == {"events": RelayRun(at=NOON - MINUTE, handed_off=3, failed=1)}
    assert found.new_relays == frozenset()
    assert found.sources == {
        "orders": QueueBacklog(
            depth=Depth(3, 2, 1), oldest_at=NOON - MINUTE - timedelta(seconds=840)
        )
    }
    assert found.queues["orders"].depth == Depth(2, 1, 0)
    assert len(found.queues["orders"].dead_letters) == 2
    assert {name: state.status for name, state in found.circuit_breakers["notifier"].items()} == {
        "email": "CLOSED",
        "sms": "CLOSED",
    }
    assert [(each.name, each.state) for each in found.alarms] == [("depth", "ALARM")]
    assert found.recovering == frozenset()


@pytest.mark.parametrize(("ago", "new"), [(2 * MINUTE, True), (3 * MINUTE, False)])
def test_a_relay_without_a_run_is_new_or_has_stopped(ago: timedelta, *, new: bool) -> None:
    aws = Aws()
    aws.modified = NOON - ago

    found = _reader(aws).read()

    assert (found.relays, found.new_relays) == (
        {"events": None},
        frozenset({"events"} if new else ()),
    )


def test_a_relay_that_has_run_is_not_new_however_late_it_was_changed() -> None:
    aws = Aws()
    aws.modified = NOON
    aws.log.ran(NOON - MINUTE)

    assert _reader(aws).read().new_relays == frozenset()


def test_an_alarm_whose_metric_is_well_again_is_recovering() -> None:
    aws = Aws()
    aws.alarm |= {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 1000.0,
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Maximum",
        "Period": 60,
    }
    assert _reader(aws, {"alarms": {"depth": "dev-depth"}}).read().recovering == frozenset()

    def get_metric_data(**arguments: Any) -> Any:
        [query] = arguments["MetricDataQueries"]
        return {"MetricDataResults": [{"Id": query["Id"], "Values": [1.0]}]}

    aws.get_metric_data = get_metric_data  # type: ignore[method-assign]
    assert _reader(aws, {"alarms": {"depth": "dev-depth"}}).read().recovering == {"depth"}


def test_without_permission_for_metrics_a_firing_alarm_fires() -> None:
    aws = Aws()
    aws.values = None

    found = _reader(aws).read()

    assert (found.recovering, found.unread) == (frozenset(), {})
    assert found.sources["orders"] == QueueBacklog(depth=Depth(3, 2, 1))


@pytest.mark.parametrize("returned", [0, 2])
def test_dead_letters_are_read_again_if_their_number_changes_or_none_came(returned: int) -> None:
    aws = Aws()
    aws.returned = returned
    reader = _reader(aws, {"deadLetters": {"orders": ENTRY}})

    reader.read()
    once = aws.received
    reader.read()
    again = aws.received - once
    aws.depths[DEAD] = (3, 1, 0)
    reader.read()

    assert once > 0
    assert again == (0 if returned else once)
    assert aws.received > once + again


def test_an_empty_queue_is_not_received_from() -> None:
    aws = Aws()
    aws.depths[DEAD] = (0, 1, 0)
    reader = _reader(aws, {"deadLetters": {"orders": ENTRY}})

    assert [reader.read().queues["orders"].depth for _ in range(2)] == [Depth(0, 1, 0)] * 2
    assert aws.received == 0


@pytest.mark.parametrize(
    ("change", "health", "exit_code"),
    [
        ({}, "healthy", 0),
        ({"deadLetters": WHOLE["deadLetters"]}, "degraded", 1),
        ({"alarms": WHOLE["alarms"]}, "unhealthy", 1),
        ({"circuitBreakers": {"a": WHOLE["circuitBreakers"]["notifier"]}}, "healthy", 0),
    ],
)
def test_the_exit_code_tells_the_health(
    change: dict[str, Any], health: str, exit_code: int
) -> None:
    aws = Aws()
    context = Context(
        client=lambda *_: aws,
        clock=Clock(),
        now=lambda: NOON,
        poll_seconds=0,
        run=lambda _: ended(0, stack_outputs(**change)),
    )

    result = CliRunner().invoke(commands, ["status", "--stack", "dev", "--json"], obj=context)

    assert json.loads(result.stdout)["health"] == health
    assert result.exit_code == exit_code

"""`status` at a terminal: once, with --watch, and without permission."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES, TARGET_ARN
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, Queue, ended, service_error, stack_outputs


class Watcher:
    """An operator who ends --watch after some refreshes."""

    def __init__(self, reader: Reader, queue: Queue) -> None:
        self.queue = queue
        self.sleeps: list[float] = []
        self.refreshes = 1
        self.between: Any = lambda: None
        self.receives = 0
        self.source_queue_url: str | None = None
        self.ages: dict[str, Any] = {"Timestamps": [], "Values": []}
        self.hidden_seconds: set[int] = set()
        self._clients = {
            "dynamodb": reader.dynamodb,
            "sqs": Overriding(queue.sqs, receive_message=self._receive),
            "cloudwatch": Overriding(
                None,
                describe_alarms=_denied,
                get_metric_data=lambda **_: {"MetricDataResults": [self.ages]},
            ),
        }

    def types(self, *words: str) -> Result:
        outputs = stack_outputs(
            deadLetters={
                "task-events": {
                    "kind": "invocation",
                    "queueUrl": self.queue.url,
                    "targetArn": TARGET_ARN,
                    "sourceQueueUrl": self.source_queue_url,
                }
            },
            circuitBreakers={
                "notifications": {
                    "tableName": DELIVERIES,
                    "circuits": ["email"],
                    "key": {"event_id": "circuit-breakers", "part": "#{circuit}"},
                }
            },
            alarms={"outbox-age": "x"},
        )
        context = Context(
            client=lambda service, connection: self._clients[service],
            run=lambda words: ended(0, outputs),
            sleep=self._sleep,
            poll_seconds=0,
        )
        command = ["status", "--stack", "dev", *words]
        return CliRunner().invoke(commands, command, obj=context)

    def _receive(self, **arguments: Any) -> Any:
        self.receives += 1
        self.hidden_seconds.add(arguments["VisibilityTimeout"])
        return self.queue.sqs.receive_message(**arguments)

    def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.between()
        if len(self.sleeps) == self.refreshes:
            raise KeyboardInterrupt


def _denied(**_: Any) -> Any:
    raise service_error("AccessDenied", "DescribeAlarms")


@pytest.fixture
def watcher(reader: Reader, queue: Queue) -> Watcher:
    return Watcher(reader, queue)


def test_what_is_denied_is_named_and_the_rest_is_shown(watcher: Watcher) -> None:
    watcher.queue.add_failed(an_event().to_payload())

    result = watcher.types()

    assert result.exit_code == 3
    assert "Stack dev is unknown" in result.stdout
    assert "1x, oldest" in result.stdout
    assert "not read          alarms: access denied" in result.stdout
    assert "it needs cloudwatch:DescribeAlarms" in result.stdout
    assert watcher.queue.visible() == 1


def test_a_look_that_is_cut_off_hides_dead_letters_for_seconds_only(watcher: Watcher) -> None:
    watcher.queue.add_failed(an_event().to_payload())

    watcher.types()

    assert watcher.receives == 1, "all that SQS counted has been read"
    assert max(watcher.hidden_seconds) <= 30


def test_what_waits_for_a_consumer_is_shown_with_its_age(watcher: Watcher) -> None:
    at = datetime.now(UTC) - timedelta(minutes=1)
    source = watcher.queue.sqs.create_queue(QueueName="orders")["QueueUrl"]
    watcher.queue.sqs.send_message(QueueUrl=source, MessageBody="{}")
    watcher.source_queue_url, watcher.ages = source, {"Timestamps": [at], "Values": [840.0]}

    assert "queue             1 waiting, 0 in work, the oldest for 15m" in watcher.types().stdout
    found = json.loads(watcher.types("--json").stdout)["queues"]["task-events"]
    assert (found["waiting"], found["in_work"]) == (1, 0)


def test_programs_get_one_json_object(watcher: Watcher) -> None:
    found = json.loads(watcher.types("--json").stdout)

    assert found["circuit_breakers"] == {"notifications": {"email": "CLOSED"}}
    assert found["dead_letters"]["task-events"]["visible"] == 0
    assert list(found["not_read"]) == ["alarms"]


def test_watching_refreshes_until_it_is_interrupted(watcher: Watcher) -> None:
    watcher.refreshes = 3

    result = watcher.types("--watch", "--interval", "7")

    assert (result.exit_code, watcher.sleeps) == (0, [7, 7, 7])


def test_watching_reads_dead_letters_only_when_their_number_changes(watcher: Watcher) -> None:
    watcher.queue.add_failed(an_event().to_payload())
    watcher.types()
    once, watcher.receives = watcher.receives, 0
    watcher.refreshes = 5

    watcher.types("--watch")

    assert watcher.receives == once


def test_watching_is_for_people(watcher: Watcher) -> None:
    assert watcher.types("--watch", "--json").exit_code == 2


def test_a_pipe_gets_a_whole_block_a_look(watcher: Watcher) -> None:
    watcher.refreshes = 3

    blocks = watcher.types("--watch").stdout.strip().split("\n\n")

    assert len(blocks) == 3
    assert all(block.startswith("Stack dev is ") for block in blocks)


def test_several_stacks_are_shown_one_after_the_other(watcher: Watcher) -> None:
    result = watcher.types("--stack", "prod", "--json")

    assert [json.loads(line)["stack"] for line in result.stdout.splitlines()] == ["dev", "prod"]


def test_on_a_terminal_each_look_replaces_the_one_before(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    watcher.refreshes = 2

    text = watcher.types("--watch").stdout

    first, *looks = text.split("\x1b[2J")
    assert (first, len(looks)) == ("", 2)
    assert all("Stack dev is unknown" in look and "\n\n" not in look for look in looks)

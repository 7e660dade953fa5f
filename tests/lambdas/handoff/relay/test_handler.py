"""The relay as Lambda runs it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.outbox_rows import SHARDS, key_of
from serverless_runtime.handoff.relay import handler
from serverless_runtime.handoff.relay.attempts import BACKOFF_SECONDS
from serverless_runtime.handoff.relay.hand_off_due_events import HELP_AFTER
from serverless_runtime.handoff.relay.handler import STOPS_WITH_SECONDS_LEFT, handle
from serverless_runtime.handoff.relay.ports import Report
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.shared import aws
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL, OUTBOX
from tests.lambdas.task_service.dynamo_wire import rejection, wire

PLENTY_MS = 90_000
RELAY_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:relay"


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the relay and returns its metrics line."""

    def run_relay(left_ms: int = PLENTY_MS, event: object = None) -> dict[str, Any]:
        context = SimpleNamespace(
            aws_request_id="r-1",
            get_remaining_time_in_millis=lambda: left_ms,
            invoked_function_arn=RELAY_ARN,
        )
        capsys.readouterr()
        handle(event or {}, context)
        [line] = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        metrics: dict[str, Any] = json.loads(line)
        return metrics

    return run_relay


def leave_behind(*event_ids: str, age_seconds: float) -> None:
    settings = HandoffSettings(target_arn="", outbox_table_name=OUTBOX)
    handoff = Handoff(settings=settings, clock=lambda: time.time() - age_seconds)
    for event_id in event_ids:
        handoff.hand_off(
            Event(event_id=event_id, correlation_id="c", payload=json.dumps(event_id).encode())
        )


def test_every_shard_is_relayed(recorded_lambda: RecordedLambda, run: Run) -> None:
    ids = [f"e-{number}" for number in range(40)]
    leave_behind(*ids, age_seconds=100)

    metrics = run()

    assert sorted(recorded_lambda.handed_off) == sorted(ids)
    assert rows() == []
    assert metrics["RelayHandedOff"] == metrics["OutboxBacklog"] == 40
    assert metrics["RelayFailed"] == 0
    assert 100 <= metrics["OutboxOldestAge"] < 130


def test_the_minimum_age_is_the_settings(recorded_lambda: RecordedLambda, run: Run) -> None:
    leave_behind("young", age_seconds=20)
    leave_behind("old", age_seconds=46)

    run()

    assert recorded_lambda.handed_off == ["old"]


def test_a_failed_invoke_leaves_the_row(recorded_lambda: RecordedLambda, run: Run) -> None:
    recorded_lambda.status = 429
    leave_behind("e-1", age_seconds=100)

    metrics = run()

    assert (metrics["RelayHandedOff"], metrics["RelayFailed"]) == (0, 1)
    assert len(rows()) == 1


@pytest.mark.parametrize("status", [200, 204])
def test_a_row_goes_on_a_202_and_nothing_else(
    recorded_lambda: RecordedLambda, run: Run, status: int
) -> None:
    recorded_lambda.status = status
    leave_behind("e-1", age_seconds=100)

    run()

    assert len(rows()) == 1


def test_nothing_is_begun_when_little_time_is_left(
    recorded_lambda: RecordedLambda, run: Run
) -> None:
    leave_behind("e-1", age_seconds=100)

    metrics = run(left_ms=STOPS_WITH_SECONDS_LEFT * 1000)

    assert recorded_lambda.payloads == []
    assert metrics["OutboxBacklog"] == 1


def test_an_attempt_at_its_slowest_ends_in_time() -> None:
    table, target = aws.CLIENT_CONFIGS["dynamodb"], aws.CLIENT_CONFIGS["lambda"]

    # The same three calls for a caller (commit, invoke, delete) and the relay (claim instead).
    seconds = 2 * table.max_seconds + target.max_seconds
    assert seconds < 30, "the least minimum age: the relay would take a row from its caller"
    assert seconds < BACKOFF_SECONDS[0], "another relay would claim the row"
    assert seconds <= STOPS_WITH_SECONDS_LEFT - 10
    # The depth of the dead-letter queue is read when the run begins.
    assert aws.CLIENT_CONFIGS["sqs"].max_seconds < STOPS_WITH_SECONDS_LEFT


def test_the_metrics_are_one_document_of_the_embedded_metric_format(
    aws_in_memory: None, run: Run
) -> None:
    metrics = run()

    metadata = metrics.pop("_aws")
    assert abs(metadata.pop("Timestamp") - time.time() * 1000) < 60_000
    assert metadata == {
        "CloudWatchMetrics": [
            {
                "Namespace": "Handoff",
                "Dimensions": [["Component"]],
                "Metrics": [
                    {"Name": "OutboxOldestAge", "Unit": "Seconds"},
                    {"Name": "OutboxBacklog", "Unit": "Count"},
                    {"Name": "RelayHandedOff", "Unit": "Count"},
                    {"Name": "RelayFailed", "Unit": "Count"},
                    {"Name": "DeadLetters", "Unit": "Count"},
                ],
            }
        ]
    }
    assert metrics == {
        "Component": "shop-dev-orders",
        "OutboxOldestAge": 0,
        "OutboxBacklog": 0,
        "RelayHandedOff": 0,
        "RelayFailed": 0,
        "DeadLetters": 0,
    }


def test_a_dead_letter_in_flight_is_counted_too(recorded_lambda: RecordedLambda, run: Run) -> None:
    sqs = aws.boto3_client("sqs")
    for _ in range(3):
        sqs.send_message(QueueUrl=DEAD_LETTER_QUEUE_URL, MessageBody="{}")
    sqs.receive_message(QueueUrl=DEAD_LETTER_QUEUE_URL, VisibilityTimeout=60)

    assert run()["DeadLetters"] == 3


def test_a_queue_that_cannot_be_read_holds_up_no_event(
    recorded_lambda: RecordedLambda, run: Run
) -> None:
    aws.boto3_client("sqs").delete_queue(QueueUrl=DEAD_LETTER_QUEUE_URL)
    leave_behind("e-1", age_seconds=100)

    metrics = run()

    assert "DeadLetters" not in metrics, "0 would mean that all is well"
    assert metrics["RelayHandedOff"] == 1


def test_an_outbox_that_cannot_be_read_has_no_metrics(
    aws_in_memory: None, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        wire("Query", rejection("AccessDeniedException")),
        pytest.raises(Exception, match="AccessDenied"),
    ):
        run()

    assert '"_aws"' not in capsys.readouterr().out


def test_a_millisecond_more_is_enough_to_begin(recorded_lambda: RecordedLambda, run: Run) -> None:
    leave_behind("e-1", age_seconds=100)

    run(left_ms=STOPS_WITH_SECONDS_LEFT * 1000 + 1)

    assert recorded_lambda.payloads != []


def test_every_shard_has_a_thread_and_the_queue_one_more(
    aws_in_memory: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(len(SHARDS) + 1)

    def meet(*_: Any, **__: Any) -> Any:
        # Breaks, and fails the run, unless all are here at once.
        together.wait(timeout=20)
        return Report()

    monkeypatch.setattr(handler, "relay_shard", meet)
    monkeypatch.setattr(handler, "dead_letter_depth", lambda _: meet() and 0)

    assert run()["OutboxBacklog"] == 0


def many_of_one_shard(number: int) -> tuple[str, list[str]]:
    ids = [f"e-{each}" for each in range(24 * number)]
    shard = key_of(ids[0], 0)["shard"]["S"]
    return shard, [each for each in ids if key_of(each, 0)["shard"]["S"] == shard][:number]


def test_a_run_with_many_events_of_a_shard_starts_one_for_that_shard_alone(
    recorded_lambda: RecordedLambda, run: Run
) -> None:
    shard, ids = many_of_one_shard(HELP_AFTER + 30)
    leave_behind(*ids, age_seconds=100)

    metrics = run()

    started = [each for each in recorded_lambda.payloads if each == {"shard": shard}]
    assert started == [{"shard": shard}]
    assert HELP_AFTER <= metrics["RelayHandedOff"] < len(ids)

    metrics = run(event={"shard": shard})

    assert rows() == []
    assert "DeadLetters" not in metrics, "measured once a minute"
    assert recorded_lambda.payloads.count({"shard": shard}) == 1, "no run of a shard starts another"


def test_a_run_for_a_shard_leaves_the_others_alone(
    recorded_lambda: RecordedLambda, run: Run
) -> None:
    shard, ids = many_of_one_shard(1)
    other = next(each for each in SHARDS if each != shard)
    leave_behind(*ids, age_seconds=100)

    assert run(event={"shard": other})["OutboxBacklog"] == 0
    assert run(event={"shard": shard})["RelayHandedOff"] == 1


def test_a_run_for_an_unknown_shard_says_which_there_are(aws_in_memory: None, run: Run) -> None:
    with pytest.raises(ValueError, match=r"shard must be one of 0, 1, .* or left out, got 'x'"):
        run(event={"shard": "x"})


def test_a_run_that_cannot_start_another_goes_on_alone(
    recorded_lambda: RecordedLambda, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    shard, ids = many_of_one_shard(HELP_AFTER + 30)
    leave_behind(*ids, age_seconds=100)

    def refuse_helpers() -> None:
        recorded_lambda.status = 403 if recorded_lambda.payloads[-1] == {"shard": shard} else 202

    recorded_lambda.before_response = refuse_helpers
    run()

    assert rows() == []
    assert "no run started for a shard" in caplog.text

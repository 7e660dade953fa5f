from __future__ import annotations

import logging

import pytest

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.settings import HandoffSettings
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import OUTBOX, TARGET_ARN

EVENT = Event(
    event_id="e-1",
    correlation_id="order-4711",
    payload=b'{"type": "x"}',
    log_fields={"task_id": "t-1"},
)
DIRECT = Handoff(settings=HandoffSettings(target_arn=TARGET_ARN))
WITH_OUTBOX = Handoff(settings=HandoffSettings(target_arn=TARGET_ARN, outbox_table_name=OUTBOX))

both = pytest.mark.parametrize("handoff", [DIRECT, WITH_OUTBOX], ids=["direct", "outbox"])


@both
def test_the_target_is_invoked_asynchronously(
    recorded_lambda: RecordedLambda, handoff: Handoff
) -> None:
    assert handoff.hand_off(EVENT)

    assert recorded_lambda.handed_off == [{"type": "x"}]
    assert recorded_lambda.headers[0]["x-amz-invocation-type"] == "Event"


@both
@pytest.mark.parametrize(
    ("status", "unresponsive", "message"),
    [
        (403, False, "handoff failed"),
        (429, False, "handoff failed"),
        (202, True, "handoff failed"),
        (200, False, "handoff rejected"),
    ],
)
def test_a_failure_is_logged_with_all_ids_and_not_raised(
    *,
    recorded_lambda: RecordedLambda,
    caplog: pytest.LogCaptureFixture,
    handoff: Handoff,
    status: int,
    unresponsive: bool,
    message: str,
) -> None:
    recorded_lambda.status, recorded_lambda.unresponsive = status, unresponsive

    assert not handoff.hand_off(EVENT)

    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.message == message
    assert vars(record)["event_id"] == "e-1"
    assert vars(record)["correlation_id"] == "order-4711"
    assert len(rows()) == (1 if handoff is WITH_OUTBOX else 0)


def test_a_target_that_is_no_name_fails_without_raising(aws_in_memory: None) -> None:
    assert not Handoff(settings=HandoffSettings(target_arn="")).hand_off(EVENT)


def test_an_event_without_a_write_goes_through_the_outbox_too(
    recorded_lambda: RecordedLambda,
) -> None:
    seen = []
    recorded_lambda.before_response = lambda: seen.append(len(rows()))

    WITH_OUTBOX.hand_off(EVENT)

    assert seen == [1]
    assert rows() == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"event_id": ""}, "event_id must be 1 to 512 bytes, got 0"),
        ({"event_id": "é" * 257}, "event_id must be 1 to 512 bytes, got 514"),
        ({"payload": b"x" * 200_001}, "payload must be at most 200000 bytes, got 200001; .* S3"),
        ({"log_fields": {"id": "x" * 999}}, "log_fields must be at most 1000 bytes, got 1001"),
        ({"log_fields": {"message": "x"}}, "log_fields must have names of their own, got message"),
        ({"log_fields": {"event_id": "x"}}, "names of their own, got event_id"),
        ({"correlation_id": ""}, "correlation_id must be 1 to 512 bytes, got 0"),
        ({"payload": b"order 4711"}, "payload must be JSON in UTF-8: Expecting value"),
        ({"payload": b"NaN"}, "payload must be JSON in UTF-8: NaN is not a JSON value"),
        (
            {"payload": '"é"'.encode("latin-1")},
            "payload must be JSON in UTF-8: not UTF-8 at byte 1",
        ),
        ({"payload": b'1,"replays":7'}, "payload must be JSON in UTF-8: Extra data"),
        ({"payload": b"[" * 200_000}, "payload must be JSON in UTF-8: nested more than 100 deep"),
        ({"attributes": {"subject": "x" * 1_994}}, "attributes must be at most 2000 bytes, got"),
        ({"attributes": {"id": "x"}}, "attributes must have names of their own, got id"),
    ],
)
def test_what_could_not_be_kept_is_no_event(changed: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Event(**{"event_id": "e", "correlation_id": "c", "payload": b"{}", **changed})  # type: ignore[arg-type]

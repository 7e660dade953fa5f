from __future__ import annotations

import logging

import pytest

from lambdas.handoff.hand_off import Handoff
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import TARGET_ARN


def hand_off() -> bool:
    return Handoff(TARGET_ARN).hand_off(
        event_id="e-1", correlation_id="order-4711", payload=b'{"type": "x"}'
    )


def test_the_target_is_invoked_asynchronously(recorded_lambda: RecordedLambda) -> None:
    assert hand_off()

    assert recorded_lambda.payloads == [{"type": "x"}]
    assert recorded_lambda.headers[0]["x-amz-invocation-type"] == "Event"


def test_the_answer_is_read_so_that_its_connection_is_used_again(
    recorded_lambda: RecordedLambda,
) -> None:
    hand_off()

    assert recorded_lambda.bodies[0].was_read


@pytest.mark.parametrize(
    ("status", "silent", "message"),
    [
        (403, False, "handoff failed"),
        (429, False, "handoff failed"),
        (202, True, "handoff failed"),
        (200, False, "handoff refused"),
    ],
)
def test_a_failure_is_logged_with_both_ids_and_not_raised(
    recorded_lambda: RecordedLambda,
    caplog: pytest.LogCaptureFixture,
    status: int,
    silent: bool,
    message: str,
) -> None:
    recorded_lambda.status, recorded_lambda.silent = status, silent

    assert not hand_off()

    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.message == message
    assert vars(record)["event_id"] == "e-1"
    assert vars(record)["correlation_id"] == "order-4711"


def test_a_target_that_is_no_name_fails_without_raising(aws_in_memory: None) -> None:
    assert not Handoff("").hand_off(event_id="e", correlation_id="c", payload=b"{}")

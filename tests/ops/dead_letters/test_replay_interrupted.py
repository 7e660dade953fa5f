"""`dead-letters replay`, ended by a signal."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest

from tests.ops.fakes import (
    Operator,
    Overriding,
    Queue,
    RecordingLambda,
    an_event,
    service_error,
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_an_invoke_lets_its_message_be_deleted_and_ends_the_run(
    queue: Queue, number: int
) -> None:
    def interrupted(event: Any) -> int:
        if event["id"] == "e-1":
            os.kill(os.getpid(), number)
        return 202

    for place in range(4):
        queue.add_failed(an_event(f"e-{place}"))
    operator = Operator(queue, RecordingLambda(interrupted))

    result = operator.types("replay", "--apply", "--json")

    summary = json.loads(result.stdout)
    assert result.exit_code == 130
    assert (summary["replayed"], summary["not_reached"]) == (2, 2)
    assert summary["ended"] == "interrupted"
    assert len(operator.functions.events) == 2
    assert (queue.visible(), queue.hidden()) == (2, 0)
    assert "interrupted; run it again to continue" in result.stderr


def test_ctrl_c_while_reading_changes_nothing(queue: Queue) -> None:
    def interrupted(**arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return queue.sqs.receive_message(**arguments)

    queue.add_failed(an_event())
    sqs = Overriding(queue.sqs, receive_message=interrupted)

    result = Operator(queue, sqs=sqs).types("replay", "--apply")

    assert result.exit_code == 130
    assert (queue.visible(), queue.hidden()) == (1, 0)


def test_ctrl_c_while_waiting_for_a_busy_target_ends_the_wait(queue: Queue) -> None:
    def throttle(event: Any) -> int:
        raise service_error("TooManyRequestsException", status=429)

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    queue.add_failed(an_event())
    operator = Operator(queue, RecordingLambda(throttle))
    operator.clock.sleep = interrupt  # type: ignore[method-assign]

    assert operator.types("replay", "--apply").exit_code == 130
    assert queue.visible() == 1

"""`dead-letters replay`: filters, limits and rate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ops.fakes import (
    Operator,
    Overriding,
    Queue,
    an_event,
)


def test_the_cap_on_replays_can_be_moved(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event(replays=3))

    assert operator.types("replay", "--apply", "--max-replays", "4").exit_code == 0


def test_what_arrived_after_the_run_began_is_left(queue: Queue) -> None:
    def from_the_future(**arguments: Any) -> Any:
        response = queue.sqs.receive_message(**arguments)
        for found in response.get("Messages", []):
            found["Attributes"]["SentTimestamp"] = "4102444800000"
        return response

    queue.add_failed(an_event())
    sqs = Overriding(queue.sqs, receive_message=from_the_future)

    result = Operator(queue, sqs=sqs).types("replay", "--apply")

    assert result.exit_code == 1
    assert "arrived after this run began" in " ".join(result.stdout.split())
    assert queue.visible() == 1


@pytest.mark.parametrize(
    "filters",
    [
        ("--type", "task.deleted.v1"),
        ("--subject", "t-2"),
        ("--error", "THROTTLED"),
        ("--since", "2026-03-02T00:00:00Z"),
        ("--id", "e-2"),
    ],
)
def test_every_filter_lets_only_what_it_names_be_replayed(
    queue: Queue, operator: Operator, filters: tuple[str, ...]
) -> None:
    queue.add_failed(an_event("e-1"))
    queue.add_failed(
        an_event("e-2", type="task.deleted.v1", subject="t-2"),
        timestamp="2026-03-02T09:30:00.000Z",
        responsePayload={"errorType": "ThrottledError", "errorMessage": "slow down"},
    )
    queue.add("by hand")

    result = operator.types("replay", "--apply", *filters)

    assert [event["id"] for event in operator.functions.events] == ["e-2"]
    assert queue.visible() == 2
    assert result.exit_code == (1 if filters[0] == "--since" else 0)


def test_an_unreadable_message_has_no_type_or_task_but_a_time(
    queue: Queue, operator: Operator
) -> None:
    queue.add("by hand")

    assert operator.types("replay", "--type", "x").exit_code == 0
    assert operator.types("replay", "--since", "1h").exit_code == 1
    assert operator.types("replay", "--until", "1h").exit_code == 0


def test_max_limits_the_run_and_the_summary_reports_it(queue: Queue, operator: Operator) -> None:
    for number in range(5):
        queue.add_failed(an_event(f"e-{number}"))

    result = operator.types("replay", "--apply", "--max", "2")

    assert result.exit_code == 0
    assert len(operator.functions.events) == 2
    assert queue.visible() == 3
    assert "more may match" in result.stdout


def test_the_rate_is_kept(queue: Queue, operator: Operator) -> None:
    for number in range(11):
        queue.add_failed(an_event(f"e-{number}"))

    operator.types("replay", "--apply", "--rate", "4")

    assert sum(operator.clock.slept) == pytest.approx(10 / 4)

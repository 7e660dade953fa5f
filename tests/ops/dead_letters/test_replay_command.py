"""`dead-letters replay`: what is replayed, and what stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ops.fakes import (
    Operator,
    Overriding,
    Queue,
    RecordingLambda,
    an_event,
)


def test_without_apply_nothing_is_replayed_or_deleted(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event())

    result = operator.types("replay")

    assert result.exit_code == 0
    assert "would be replayed" in result.stdout
    assert "Dry run: nothing was changed. Add --apply to make the changes." in result.stdout
    assert operator.functions.events == []
    assert queue.visible() == 1


def test_apply_replays_the_same_event_with_one_more_replay(
    queue: Queue, operator: Operator
) -> None:
    queue.add_failed(an_event(replays=1, data={"title": "ü"}))

    result = operator.types("replay", "--apply")

    assert result.exit_code == 0
    assert operator.functions.events == [an_event(replays=2, data={"title": "ü"})]
    assert operator.functions.payloads_read == 1
    assert (queue.visible(), queue.hidden()) == (0, 0)


def test_a_message_is_deleted_only_after_its_event_is_accepted(queue: Queue) -> None:
    steps: list[str] = []

    def accept(event: Any) -> int:
        steps.append("accepted")
        return 202

    def delete(**arguments: Any) -> Any:
        steps.append("deleted")
        return queue.sqs.delete_message(**arguments)

    queue.add_failed(an_event())
    sqs = Overriding(queue.sqs, delete_message=delete)

    Operator(queue, RecordingLambda(accept), sqs).types("replay", "--apply")

    assert steps == ["accepted", "deleted"]


def test_an_object_that_is_no_cloud_event_is_replayed_unchanged(
    queue: Queue, operator: Operator
) -> None:
    queue.add('{"orderId": 7,  "price": 1.10}', ErrorMessage="no stock")
    queue.add_failed({"orderId": 8})
    queue.add("[1.10]")
    queue.add_failed("text")
    queue.add_failed(None)

    result = operator.types("replay", "--apply")

    assert result.exit_code == 0
    assert sorted(operator.functions.payloads) == [
        b'"text"',
        b"[1.10]",
        b"null",
        b'{"orderId": 7,  "price": 1.10}',
        b'{"orderId": 8}',
    ]


def test_what_is_no_json_is_unreadable_and_stays(queue: Queue, operator: Operator) -> None:
    for body in ("by hand", "[" * 100_000, '{"n": NaN}'):
        queue.add(body)
    queue.add_failed(an_event())

    result = operator.types("replay", "--apply", "--json")
    again = operator.types("replay", "--apply")

    assert result.exit_code == 1
    assert (json.loads(result.stdout)["replayed"], json.loads(result.stdout)["unreadable"]) == (
        1,
        3,
    )
    assert queue.visible() == 3
    assert "dead-letters purge --unreadable --save FILE --apply" in again.stdout


def test_an_event_replayed_three_times_is_refused_unless_forced(
    queue: Queue, operator: Operator
) -> None:
    queue.add_failed(an_event(replays=3))

    refused = operator.types("replay", "--apply")
    forced = operator.types("replay", "--apply", "--force")

    assert (refused.exit_code, forced.exit_code) == (1, 0)
    assert "replayed 3 times or more already; see --force" in " ".join(refused.stdout.split())
    assert operator.functions.events == [an_event(replays=4)]


def test_an_event_of_another_function_is_refused_unless_asked_for(
    queue: Queue, operator: Operator
) -> None:
    other = {"functionArn": "arn:aws:lambda:us-east-1:123456789012:function:other:live"}
    queue.add_failed(an_event(), requestContext=other)

    refused = operator.types("replay", "--apply")
    asked_for = operator.types("replay", "--apply", "--any-function")

    assert (refused.exit_code, asked_for.exit_code) == (1, 0)
    assert "failed in another function, other" in " ".join(refused.stdout.split())


def test_two_messages_with_one_event_are_replayed_one_a_run(
    queue: Queue, operator: Operator
) -> None:
    queue.add_failed(an_event())
    queue.add_failed(an_event(replays=1))

    first = operator.types("replay", "--apply")

    assert first.exit_code == 1
    assert len(operator.functions.events) == 1
    assert queue.visible() == 1
    assert operator.types("replay", "--apply").exit_code == 0


def test_what_fails_again_at_once_waits_for_the_next_run(queue: Queue) -> None:
    def fail_again(event: Any) -> int:
        queue.add_failed(event)
        return 202

    for number in range(15):
        queue.add_failed(an_event(f"e-{number}"))
    operator = Operator(queue, RecordingLambda(fail_again))

    result = operator.types("replay", "--apply")

    assert result.exit_code == 0
    assert len(operator.functions.events) == 15
    assert queue.visible() == 15


@pytest.mark.parametrize(
    "rate", ["nan", "NaN", "inf", "-inf", "0", "-1", "0.09", "1000.1", "1e999"]
)
def test_a_rate_that_is_none_is_refused(queue: Queue, operator: Operator, rate: str) -> None:
    queue.add_failed(an_event())

    result = operator.types("replay", "--apply", f"--rate={rate}")

    assert (result.exit_code, operator.functions.events) == (2, [])
    assert "must be a number from 0.1 to 1000, got " in result.stderr

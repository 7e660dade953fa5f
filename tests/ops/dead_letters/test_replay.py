"""Reading and replaying dead letters, against moto's SQS."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.outcome import Outcome
from serverless_ops.dead_letters.reader import DeadLetterReader
from serverless_ops.dead_letters.replay import Replay, ReplayStoppedError
from serverless_ops.dead_letters.replay_rate import RateLimiter
from serverless_ops.dead_letters.replay_to_function import FunctionDestination
from serverless_ops.dead_letters.selection import ReplayRules, select_for_replay
from tests.ops.fakes import TARGET, Queue, RecordingLambda, an_event, service_error


def _read(queue: Queue, limit: int) -> list[DeadLetter]:
    with DeadLetterReader(queue.sqs, queue.url, poll_seconds=0) as reader:
        return list(reader.receive(limit))


def _replay(queue: Queue, functions: RecordingLambda, *, limit: int = 100) -> Counter[str]:
    """Return how many dead letters had each outcome."""
    outcomes: list[Outcome] = []
    with DeadLetterReader(queue.sqs, queue.url, poll_seconds=0) as reader:
        selection = select_for_replay(reader.receive(limit), ReplayRules())
        replay = Replay(
            reader=reader,
            destination=FunctionDestination(functions, TARGET),
            record=outcomes.append,
            rate_limiter=RateLimiter(1000),
        )
        replay.run(selection)
    return Counter(each.outcome for each in outcomes)


def test_reading_leaves_every_dead_letter_visible(queue: Queue) -> None:
    for number in range(12):
        queue.add_failed({"id": f"e-{number}"})

    dead_letters = _read(queue, 100)

    assert len(dead_letters) == 12
    assert queue.visible() == 12


def test_reading_stops_at_its_limit(queue: Queue) -> None:
    for number in range(5):
        queue.add_failed({"id": f"e-{number}"})

    assert len(_read(queue, 3)) == 3
    assert queue.visible() == 5


def test_an_unreadable_message_has_a_reason(queue: Queue) -> None:
    queue.add("not json")

    (dead_letter,) = _read(queue, 10)

    assert dead_letter.record is None
    assert "not JSON" in (dead_letter.problem or "")


def test_replay_invokes_with_the_same_event_with_one_more_replay(queue: Queue) -> None:
    queue.add_failed(an_event(replays=1, data={"title": "ü"}))
    functions = RecordingLambda()

    outcomes = _replay(queue, functions)

    assert functions.events == [an_event(replays=2, data={"title": "ü"})]
    assert functions.payloads_read == 1
    assert outcomes == {"replayed": 1}
    assert queue.visible() == 0


def test_an_unreadable_message_is_never_deleted(queue: Queue) -> None:
    queue.add("not json")
    queue.add_failed({"id": "e-1"})

    outcomes = _replay(queue, RecordingLambda())

    assert outcomes == {"unreadable": 1, "replayed": 1}
    assert queue.visible() == 1


def test_a_rejected_invoke_stops_the_replay_with_the_reason(queue: Queue) -> None:
    def reject(event: Any) -> int:
        raise service_error("ResourceNotFoundException")

    queue.add_failed(an_event("e-1"))
    queue.add_failed(an_event("e-2"))

    with pytest.raises(
        ReplayStoppedError,
        match=r"replay stopped after 0 of 2 dead letters, at e-\d: target returned ResourceNotFound"
        r".*; run it again to continue",
    ):
        _replay(queue, RecordingLambda(reject))

    assert queue.visible() == 2


def test_what_fails_again_during_the_replay_is_not_picked_up_again(queue: Queue) -> None:
    def fail_again(event: Any) -> int:
        queue.add_failed(event)
        return 202

    queue.add_failed(an_event())
    functions = RecordingLambda(fail_again)

    outcomes = _replay(queue, functions)

    assert len(functions.events) == 1
    assert outcomes == {"replayed": 1}
    assert queue.visible() == 1


def test_an_event_replayed_too_often_stays_in_the_queue(queue: Queue) -> None:
    queue.add_failed(an_event(replays=3))
    functions = RecordingLambda()

    outcomes = _replay(queue, functions)

    assert functions.events == []
    assert outcomes == {"refused": 1}
    assert queue.visible() == 1


def test_replay_invokes_no_more_than_its_limit(queue: Queue) -> None:
    for number in range(5):
        queue.add_failed(an_event(f"e-{number}"))
    functions = RecordingLambda()

    _replay(queue, functions, limit=2)

    assert len(functions.events) == 2
    assert queue.visible() == 3

"""Taking messages from a queue that forgets, repeats and lets go: moto's, and the one in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.letter_queue import HIDDEN_SECONDS, LetterQueue
from tests.ops.fakes import Clock, Overriding, Queue, an_event, refusal
from tests.ops.memory_sqs import MemorySqs


@pytest.fixture(params=["moto", "memory"])
def queue(request: pytest.FixtureRequest, queue: Queue) -> Queue:
    """An empty dead-letter queue of each kind."""
    return queue if request.param == "moto" else Queue(MemorySqs(Clock()))


def _open(queue: Queue, sqs: Any = None, clock: Clock | None = None) -> LetterQueue:
    return LetterQueue(sqs or queue.sqs, queue.url, clock=clock or Clock(), poll_seconds=0)


def test_empty_answers_do_not_end_the_reading_while_the_queue_has_more(queue: Queue) -> None:
    for number in range(25):
        queue.add_failed(an_event(f"e-{number}"))
    calls: list[int] = []

    def often_nothing(**arguments: Any) -> Any:
        calls.append(1)
        return {} if len(calls) % 6 else queue.sqs.receive_message(**arguments)

    with _open(queue, Overriding(queue.sqs, receive_message=often_nothing)) as letters:
        assert len(list(letters.take())) == 25


def test_three_empty_answers_in_a_row_and_an_empty_queue_end_it(queue: Queue) -> None:
    with _open(queue) as letters:
        assert list(letters.take()) == []

    assert (letters.requests, letters.unread) == (4, 0)


def test_what_the_queue_has_but_never_hands_out_is_told(queue: Queue) -> None:
    queue.add_failed(an_event())

    with _open(queue, Overriding(queue.sqs, receive_message=lambda **arguments: {})) as letters:
        assert list(letters.take()) == []

    assert letters.unread == 1


def test_a_count_that_lags_behind_does_not_prolong_the_reading(queue: Queue) -> None:
    queue.add_failed(an_event())
    lagging = queue.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])

    sqs = Overriding(queue.sqs, get_queue_attributes=lambda **arguments: lagging)
    with _open(queue, sqs) as letters:
        assert len(list(letters.take())) == 1

    assert letters.unread == 0


def test_it_asks_for_long_polls(queue: Queue) -> None:
    asked: list[int] = []

    def receive(**arguments: Any) -> Any:
        asked.append(arguments["WaitTimeSeconds"])
        return {}

    with LetterQueue(Overriding(queue.sqs, receive_message=receive), queue.url) as letters:
        list(letters.take())

    assert asked == [2, 2, 2]


def test_a_message_that_comes_twice_is_one_dead_letter_with_the_newest_handle(
    queue: Queue,
) -> None:
    message_id = queue.add_failed(an_event())
    handles: list[str] = []

    def receive_again(**arguments: Any) -> Any:
        answer = queue.sqs.receive_message(**{**arguments, "VisibilityTimeout": 0})
        handles.extend(found["ReceiptHandle"] for found in answer.get("Messages", []))
        return answer

    deleted: list[str] = []

    def delete(**arguments: Any) -> Any:
        deleted.append(arguments["ReceiptHandle"])

    sqs = Overriding(queue.sqs, receive_message=receive_again, delete_message=delete)
    with _open(queue, sqs) as letters:
        (letter,) = letters.take()
        letters.delete(letter)

    assert letter.message_id == message_id
    assert deleted == [handles[-1]]


def test_reading_ends_although_new_letters_keep_coming(queue: Queue) -> None:
    queue.add_failed(an_event("old"))
    started_at = datetime.now(UTC)

    def receive(**arguments: Any) -> Any:
        answer = queue.sqs.receive_message(**arguments)
        for found in answer.get("Messages", []):
            if "old" not in found["Body"]:
                found["Attributes"]["SentTimestamp"] = str(int(started_at.timestamp() + 60) * 1000)
        queue.add_failed(an_event("new"))
        return answer

    with _open(queue, Overriding(queue.sqs, receive_message=receive)) as letters:
        taken = list(letters.take(before=started_at))

    assert [letter.event_id for letter in taken] == ["old", *["new"] * 10]


def test_what_is_held_for_long_is_hidden_for_longer(queue: Queue) -> None:
    queue.add_failed(an_event())
    clock = Clock()

    with _open(queue, clock=clock) as letters:
        (letter,) = letters.take()
        for _ in range(10):
            clock.sleep(HIDDEN_SECONDS / 2)
            letters.keep_hidden()
            assert letters.holds(letter)


def test_what_somebody_else_has_by_now_is_no_longer_held(queue: Queue) -> None:
    queue.add_failed(an_event())
    clock = Clock()

    def refuse(**arguments: Any) -> Any:
        return {"Failed": [{"Id": entry["Id"]} for entry in arguments["Entries"]]}

    sqs = Overriding(queue.sqs, change_message_visibility_batch=refuse)
    with _open(queue, sqs, clock) as letters:
        (letter,) = letters.take()
        assert letters.holds(letter)
        clock.sleep(HIDDEN_SECONDS / 2)
        letters.keep_hidden()
        assert not letters.holds(letter)


def test_what_was_hidden_too_long_ago_is_not_held(queue: Queue) -> None:
    queue.add_failed(an_event())
    clock = Clock()

    with _open(queue, clock=clock) as letters:
        (letter,) = letters.take()
        clock.sleep(HIDDEN_SECONDS)
        assert not letters.holds(letter)


def test_everything_is_given_back_also_after_an_error(queue: Queue) -> None:
    for number in range(12):
        queue.add_failed(an_event(f"e-{number}"))

    def look_and_fail() -> None:
        with _open(queue) as letters:
            assert len(list(letters.take())) == 12
            assert queue.hidden() == 12
            raise RuntimeError

    with pytest.raises(RuntimeError):
        look_and_fail()

    assert (queue.visible(), queue.hidden()) == (12, 0)


def test_a_queue_that_hands_out_no_more_ends_the_reading(queue: Queue) -> None:
    def refuse(**arguments: Any) -> Any:
        raise refusal("AWS.SimpleQueueService.OverLimit", "ReceiveMessage")

    with _open(queue, Overriding(queue.sqs, receive_message=refuse)) as letters:
        assert list(letters.take()) == []


def test_any_other_refusal_is_an_error(queue: Queue) -> None:
    def refuse(**arguments: Any) -> Any:
        raise refusal("AccessDenied", "ReceiveMessage")

    letters = _open(queue, Overriding(queue.sqs, receive_message=refuse))

    with pytest.raises(ClientError):
        list(letters.take())


def test_the_queue_tells_how_many_are_visible_and_hidden(queue: Queue) -> None:
    for number in range(3):
        queue.add_failed(an_event(f"e-{number}"))

    with _open(queue) as letters:
        list(letters.take(1))
        assert letters.depth() == (2, 1)

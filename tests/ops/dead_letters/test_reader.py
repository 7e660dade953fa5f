"""Receiving from a queue that omits, repeats and releases: moto's, and the one in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_ops.aws.queue_depth import Depth
from serverless_ops.dead_letters.reader import HIDDEN_SECONDS, DeadLetterReader
from tests.ops.dead_letters.memory_sqs import MemorySqs
from tests.ops.fakes import Clock, Overriding, Queue, an_event, service_error


@pytest.fixture(params=["moto", "memory"])
def queue(request: pytest.FixtureRequest, queue: Queue) -> Queue:
    """An empty dead-letter queue of each kind."""
    return queue if request.param == "moto" else Queue(MemorySqs(Clock()))


def _open(queue: Queue, sqs: Any = None, clock: Clock | None = None) -> DeadLetterReader:
    return DeadLetterReader(sqs or queue.sqs, queue.url, clock=clock or Clock(), poll_seconds=0)


def test_empty_responses_do_not_end_the_reading_while_the_queue_has_more(queue: Queue) -> None:
    for number in range(25):
        queue.add_failed(an_event(f"e-{number}"))
    calls: list[int] = []

    def often_nothing(**arguments: Any) -> Any:
        calls.append(1)
        return {} if len(calls) % 6 else queue.sqs.receive_message(**arguments)

    with _open(queue, Overriding(queue.sqs, receive_message=often_nothing)) as reader:
        assert len(list(reader.receive())) == 25


def test_sqs_is_not_called_again_after_the_deadline(queue: Queue) -> None:
    clock = Clock()
    queue.add_failed(an_event())

    def slowly_nothing(**arguments: Any) -> Any:
        clock.sleep(2)
        return {}

    slow = Overriding(queue.sqs, receive_message=slowly_nothing)
    with _open(queue, slow, clock) as reader:
        assert list(reader.receive(until=clock() + 5)) == []

    assert reader.requests <= 4


def test_three_empty_responses_in_a_row_and_an_empty_queue_end_it(queue: Queue) -> None:
    with _open(queue) as reader:
        assert list(reader.receive()) == []

    assert (reader.requests, reader.unread) == (4, 0)


def test_what_the_queue_has_but_never_returns_is_reported(queue: Queue) -> None:
    queue.add_failed(an_event())

    with _open(queue, Overriding(queue.sqs, receive_message=lambda **arguments: {})) as reader:
        assert list(reader.receive()) == []

    assert reader.unread == 1


def test_a_count_that_lags_does_not_prolong_the_reading(queue: Queue) -> None:
    queue.add_failed(an_event())
    lagging = queue.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])

    sqs = Overriding(queue.sqs, get_queue_attributes=lambda **arguments: lagging)
    with _open(queue, sqs) as reader:
        assert len(list(reader.receive())) == 1

    assert reader.unread == 0


def test_it_uses_long_polls(queue: Queue) -> None:
    polls: list[int] = []

    def receive(**arguments: Any) -> Any:
        polls.append(arguments["WaitTimeSeconds"])
        return {}

    with DeadLetterReader(Overriding(queue.sqs, receive_message=receive), queue.url) as reader:
        list(reader.receive())

    assert polls == [2, 2, 2]


def test_a_message_that_comes_twice_is_one_dead_letter_with_the_newest_handle(
    queue: Queue,
) -> None:
    message_id = queue.add_failed(an_event())
    handles: list[str] = []

    def receive_again(**arguments: Any) -> Any:
        response = queue.sqs.receive_message(**{**arguments, "VisibilityTimeout": 0})
        handles.extend(found["ReceiptHandle"] for found in response.get("Messages", []))
        return response

    deleted: list[str] = []

    def delete(**arguments: Any) -> Any:
        deleted.append(arguments["ReceiptHandle"])

    sqs = Overriding(queue.sqs, receive_message=receive_again, delete_message=delete)
    with _open(queue, sqs) as reader:
        (dead_letter,) = reader.receive()
        reader.delete(dead_letter)

    assert dead_letter.message_id == message_id
    assert deleted == [handles[-1]]


def test_reading_ends_although_new_messages_keep_arriving(queue: Queue) -> None:
    queue.add_failed(an_event("old"))
    started_at = datetime.now(UTC)

    def receive(**arguments: Any) -> Any:
        response = queue.sqs.receive_message(**arguments)
        for found in response.get("Messages", []):
            if "old" not in found["Body"]:
                found["Attributes"]["SentTimestamp"] = str(int(started_at.timestamp() + 60) * 1000)
        queue.add_failed(an_event("new"))
        return response

    with _open(queue, Overriding(queue.sqs, receive_message=receive)) as reader:
        received = list(reader.receive(before=started_at))

    assert [each.event_id for each in received] == ["old", *["new"] * 10]


def test_what_is_held_for_long_is_hidden_for_longer(queue: Queue) -> None:
    queue.add_failed(an_event())
    clock = Clock()

    with _open(queue, clock=clock) as reader:
        (dead_letter,) = reader.receive()
        for _ in range(10):
            clock.sleep(HIDDEN_SECONDS / 2)
            reader.keep_hidden()
            assert reader.holds(dead_letter)


def test_what_another_reader_has_is_no_longer_held(queue: Queue) -> None:
    queue.add_failed(an_event())
    clock = Clock()

    def reject(**arguments: Any) -> Any:
        return {"Failed": [{"Id": entry["Id"]} for entry in arguments["Entries"]]}

    sqs = Overriding(queue.sqs, change_message_visibility_batch=reject)
    with _open(queue, sqs, clock) as reader:
        (dead_letter,) = reader.receive()
        assert reader.holds(dead_letter)
        clock.sleep(HIDDEN_SECONDS / 2)
        reader.keep_hidden()
        assert not reader.holds(dead_letter)


def test_what_was_hidden_too_long_ago_is_not_held(queue: Queue) -> None:
    queue.add_failed(an_event())
    clock = Clock()

    with _open(queue, clock=clock) as reader:
        (dead_letter,) = reader.receive()
        clock.sleep(HIDDEN_SECONDS)
        assert not reader.holds(dead_letter)


def test_everything_is_released_also_after_an_error(queue: Queue) -> None:
    for number in range(12):
        queue.add_failed(an_event(f"e-{number}"))

    def read_and_fail() -> None:
        with _open(queue) as reader:
            assert len(list(reader.receive())) == 12
            assert queue.hidden() == 12
            raise RuntimeError

    with pytest.raises(RuntimeError):
        read_and_fail()

    assert (queue.visible(), queue.hidden()) == (12, 0)


def test_a_queue_that_returns_no_more_ends_the_reading(queue: Queue) -> None:
    def reject(**arguments: Any) -> Any:
        raise service_error("AWS.SimpleQueueService.OverLimit", "ReceiveMessage")

    with _open(queue, Overriding(queue.sqs, receive_message=reject)) as reader:
        assert list(reader.receive()) == []


def test_any_other_failure_is_an_error(queue: Queue) -> None:
    def reject(**arguments: Any) -> Any:
        raise service_error("AccessDenied", "ReceiveMessage")

    reader = _open(queue, Overriding(queue.sqs, receive_message=reject))

    with pytest.raises(ClientError):
        list(reader.receive())


def test_the_queue_counts_visible_and_hidden_messages(queue: Queue) -> None:
    for number in range(3):
        queue.add_failed(an_event(f"e-{number}"))

    with _open(queue) as reader:
        list(reader.receive(1))
        assert reader.depth() == Depth(2, 1)

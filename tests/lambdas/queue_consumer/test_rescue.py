"""A run that Lambda ends in the middle of a message's work."""

from __future__ import annotations

import threading

import pytest

from pulumi_serverless.testing import queue_event
from serverless_runtime.queue_consumer import Message, each_message
from tests.lambdas.queue_consumer.fake_queue import FakeQueue
from tests.lambdas.queue_consumer.test_each_message import Context, failed

WITHIN_SECONDS = 30


class WatchedQueue(FakeQueue):
    """Tells when the last message has been returned."""

    def __init__(self, last: str, *, broken: bool = False) -> None:
        super().__init__()
        self._is_broken = broken
        self._last = last
        self.returned = threading.Event()

    def delete(self, message: Message) -> None:
        if self._is_broken:
            raise ConnectionError("SQS does not respond")
        super().delete(message)

    def hide(self, message: Message, seconds: int) -> None:
        super().hide(message, seconds)
        if message.message_id == self._last:
            self.returned.set()


def run(queue: WatchedQueue, *bodies: str) -> None:
    """Work on the messages until Lambda ends the run, which "hangs" is in the middle of."""

    def work(message: Message) -> None:
        if message.body == "fails":
            raise ValueError(message.body)
        if message.body == "hangs":
            assert queue.returned.wait(WITHIN_SECONDS)
            raise KeyboardInterrupt

    handle = each_message(work, queue=lambda _: queue, clock=lambda: 0)
    with pytest.raises(KeyboardInterrupt):
        handle(queue_event(*bodies), Context(lambda: 1.01))


def test_what_is_done_is_deleted_and_what_was_not_begun_returned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue = WatchedQueue("message-4")

    run(queue, "fine", "fails", "hangs", "rest", "rest")

    assert queue.deleted == ["message-0"]
    assert queue.hidden == {"message-1": 10, "message-3": 0, "message-4": 0}
    [record] = [vars(each) for each in caplog.records if "run ends" in each.getMessage()]
    assert (record["message_id"], record["done"]) == ("message-2", 1)


def test_what_cannot_be_deleted_keeps_nothing_else_from_being_returned() -> None:
    queue = WatchedQueue("message-2", broken=True)

    run(queue, "fine", "hangs", "rest")

    assert queue.hidden == {"message-2": 0}


def test_a_run_that_ends_in_time_leaves_no_thread_and_deletes_nothing_itself() -> None:
    queue, threads = FakeQueue(), threading.active_count()

    response = each_message(lambda _: None, queue=lambda _: queue)(
        queue_event("a", "b"), Context(lambda: 900)
    )

    assert failed(response) == []
    assert (queue.deleted, threading.active_count()) == ([], threads)


def test_a_message_alone_needs_no_rescue() -> None:
    seen: list[int] = []
    threads = threading.active_count()
    handle = each_message(lambda _: seen.append(threading.active_count()))

    handle(queue_event("a"), Context(lambda: 900))

    assert seen == [threads]

"""Each message by itself: what is done is deleted, what failed comes back later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_serverless.testing import queue_event
from serverless_runtime.queue_consumer import Message, UnreadableMessageError, each_message
from serverless_runtime.queue_consumer.metrics import DONE, FAILED, LAST_ATTEMPT_FAILED, POSTPONED
from tests.lambdas.queue_consumer.fake_queue import FakeQueue

FIFO = "arn:aws:sqs:eu-west-1:123456789012:work.fifo"


class Context:
    aws_request_id = "request"

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        self._seconds_left = seconds_left

    def get_remaining_time_in_millis(self) -> float:
        return self._seconds_left() * 1000


def poison(message: Message) -> None:
    if "poison" in message.body:
        raise ValueError("no such account")


def failed(response: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    [line] = [each for each in capsys.readouterr().out.splitlines() if '"_aws"' in each]
    found: dict[str, Any] = json.loads(line)
    return found


@given(st.lists(st.sampled_from(["fine", "poison"]), min_size=1, max_size=10))
def test_exactly_the_failed_messages_are_named_and_every_one_is_tried(bodies: list[str]) -> None:
    seen: list[str] = []

    def work(message: Message) -> None:
        seen.append(message.body)
        poison(message)

    response = each_message(work, queue=lambda _: FakeQueue())(queue_event(*bodies), None)

    assert seen == bodies
    assert failed(response) == [
        f"message-{number}" for number, body in enumerate(bodies) if body == "poison"
    ]


@pytest.mark.parametrize(("receives", "delay"), [(1, 10), (2, 60), (3, 300), (4, 300)])
def test_a_failed_message_is_hidden_longer_each_time(receives: int, delay: int) -> None:
    queue = FakeQueue()

    handle = each_message(poison, queue=lambda _: queue)
    handle(queue_event("fine", "poison", receives=receives), None)

    assert queue.hidden == {"message-1": delay}


# More than the limit: it was lowered, or SQS has counted a receive that nobody got.
@pytest.mark.parametrize("receives", [3, 4, 1_000])
def test_after_its_last_receive_a_message_is_counted_and_handed_to_sqs_at_once(
    capsys: pytest.CaptureFixture[str], receives: int
) -> None:
    queue = FakeQueue(max_receives=3)

    each_message(poison, queue=lambda _: queue)(queue_event("poison", "x", receives=receives), None)

    assert queue.hidden == {"message-0": 0}
    line = metrics(capsys)
    assert {line[DONE], line[FAILED], line[LAST_ATTEMPT_FAILED]} == {1}
    assert line["QueueName"] == "work"


def test_earlier_failures_do_not_count_as_last_ones(capsys: pytest.CaptureFixture[str]) -> None:
    each_message(poison, queue=lambda _: FakeQueue())(queue_event("poison", receives=4), None)

    assert metrics(capsys)[LAST_ATTEMPT_FAILED] == 0


def test_without_sqs_failures_are_reported_all_the_same() -> None:
    handle = each_message(poison, queue=lambda _: FakeQueue(broken=True))

    assert failed(handle(queue_event("poison", "fine"), None)) == ["message-0"]


def test_a_batch_that_takes_too_long_is_returned_before_it_is_killed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now, queue, seen = [0.0], FakeQueue(), []

    def work(message: Message) -> None:
        seen.append(message.body)
        now[0] += 4

    handle = each_message(work, queue=lambda _: queue, clock=lambda: now[0])
    response = handle(queue_event("a", "b", "c", "d"), Context(lambda: 10 - now[0]))

    assert seen == ["a", "b"]
    assert failed(response) == ["message-2", "message-3"]
    assert queue.hidden == {"message-2": 0, "message-3": 0}
    assert metrics(capsys)[POSTPONED] == 2


def test_the_first_message_is_always_tried() -> None:
    assert failed(each_message(poison)(queue_event("fine"), Context(lambda: 0.1))) == []


def test_behind_a_failed_message_of_a_group_nothing_is_done() -> None:
    seen: list[str] = []

    def work(message: Message) -> None:
        seen.append(message.body)
        poison(message)

    batch = queue_event("1", "poison", "3", queue_arn=FIFO, group="a")
    batch["Records"] += queue_event("4", queue_arn=FIFO, group="b")["Records"]
    response = each_message(work, queue=lambda _: FakeQueue())(batch, None)

    assert seen == ["1", "poison", "4"]
    assert failed(response) == ["message-1", "message-2"]


def test_groups_of_a_standard_queue_are_no_order() -> None:
    handle = each_message(poison, queue=lambda _: FakeQueue())

    assert failed(handle(queue_event("poison", "fine", group="a"), None)) == ["message-0"]


@pytest.mark.parametrize("event", [{}, {"Records": [{}]}, {"Records": None}, [], {"id": "1"}])
def test_what_no_queue_sent_is_refused(event: Any) -> None:
    with pytest.raises(UnreadableMessageError, match="must be invoked with Records of a queue"):
        each_message(poison)(event, None)


@pytest.mark.parametrize("delays", [(), (-1,), (1, 43_201)])
def test_delays_are_those_that_sqs_knows(delays: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one or more from 0 to 43200, got"):
        each_message(poison, retry_delays_seconds=delays)


def test_a_message_has_its_attributes_and_ids() -> None:
    event = queue_event({"id": 1}, queue_arn=FIFO, group="a", attributes={"type": "booked"})
    message = Message.from_record(event["Records"][0])

    assert message.json() == {"id": 1}
    assert message.attributes == {"type": "booked"}
    assert message.ids == {"message_id": "message-0", "message_group": "a"}
    assert (message.queue_name, message.is_fifo) == ("work.fifo", True)


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000])
def test_a_body_that_is_not_json_is_refused_without_showing_it(body: str) -> None:
    message = Message.from_record(queue_event(body)["Records"][0])

    with pytest.raises(UnreadableMessageError, match=f"got {len(body)} characters of"):
        message.json()

"""A batch at its limits of time and delays, its line of metrics, and the log of a failure."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pulumi_serverless.testing import queue_event
from serverless_runtime.queue_consumer import Message, each_message
from tests.lambdas.queue_consumer.fake_queue import FakeQueue
from tests.lambdas.queue_consumer.test_each_message import FIFO, Context, failed, poison


@pytest.mark.parametrize(
    ("left", "done"), [(3.0, ["a"]), (4.999, ["a"]), (5.0, ["a", "b"]), (9.0, ["a", "b"])]
)
def test_a_message_is_begun_if_the_longest_and_a_second_are_left(
    left: float, done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    now, seen = [0.0], list[str]()

    def work(message: Message) -> None:
        seen.append(message.body)
        now[0] += 4

    handle = each_message(work, queue=lambda _: FakeQueue(), clock=lambda: now[0])
    handle(queue_event("a", "b"), Context(lambda: left))

    assert seen == done
    fields = [vars(each) for each in caplog.records if "postponed" in vars(each)]
    expected = [] if len(done) == 2 else [(1, 4.0)]
    assert [(each["postponed"], each["longest_seconds"]) for each in fields] == expected


def test_the_time_that_a_failure_took_counts_too() -> None:
    now = [0.0]

    def work(message: Message) -> None:
        now[0] += {"slow": 6, "quick": 1}[message.body]
        raise ValueError(message.body)

    queue = FakeQueue()
    handle = each_message(work, queue=lambda _: queue, clock=lambda: now[0])
    response = handle(queue_event("slow", "quick", "quick"), Context(lambda: 13.5 - now[0]))

    assert failed(response) == ["message-0", "message-1", "message-2"]
    assert queue.hidden == {"message-0": 10, "message-1": 10, "message-2": 0}


def test_a_batch_is_one_line_of_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    batch = queue_event("fine", "poison", "fine")
    each_message(poison, queue=lambda _: FakeQueue(max_receives=1))(batch, None)

    line = json.loads(capsys.readouterr().out)
    [directive] = line.pop("_aws")["CloudWatchMetrics"]
    assert directive["Namespace"] == "QueueConsumer"
    assert directive["Dimensions"] == [["QueueName"]]
    assert line == {
        "QueueName": "work",
        "Done": 2,
        "Failed": 1,
        "LastAttemptFailed": 1,
        "Postponed": 0,
    }


@pytest.mark.parametrize(
    ("receives", "most", "is_last"), [(1, 2, False), (2, 2, True), (3, 2, True), (9, None, False)]
)
def test_a_failure_is_logged_with_what_is_needed_to_find_it(
    receives: int, most: int | None, *, is_last: bool, caplog: pytest.LogCaptureFixture
) -> None:
    batch = queue_event("poison", receives=receives, queue_arn=FIFO, group="g")

    each_message(poison, queue=lambda _: FakeQueue(max_receives=most))(batch, None)

    [line] = [vars(each) for each in caplog.records if each.getMessage() == "message failed"]
    assert (line["message_id"], line["message_group"]) == ("message-0", "g")
    assert (line["receives"], line["last_attempt"]) == (receives, is_last)
    assert line["exc_info"][0] is ValueError


@pytest.mark.parametrize("delays", [(0,), [43_200], (1, 0)])
def test_delays_are_taken_at_both_limits(delays: Any) -> None:
    queue = FakeQueue(max_receives=None)
    handle = each_message(poison, retry_delays_seconds=delays, queue=lambda _: queue)

    for receives in (1, 2, 3):
        handle(queue_event("poison", receives=receives), None)
        assert queue.hidden == {"message-0": delays[min(receives, len(delays)) - 1]}


@pytest.mark.parametrize("delays", [(True,), (1, False), (43_201,), (-1,)])
def test_and_not_beyond(delays: Any) -> None:
    with pytest.raises(ValueError, match=r"^retry_delays_seconds must be one or more") as raised:
        each_message(poison, retry_delays_seconds=delays)

    assert str(raised.value).endswith(f"one or more from 0 to 43200, got {delays}")


def test_a_message_is_all_of_its_record() -> None:
    record = queue_event("x", receives=3, queue_arn=FIFO, group="g")["Records"][0]
    record["attributes"]["SequenceNumber"] = "17"
    record["messageAttributes"] = {
        "kind": {"stringValue": "a", "dataType": "String"},
        "blank": {"stringValue": "", "dataType": "String"},
        "bytes": {"binaryValue": "AA==", "dataType": "Binary"},
        "none": {"stringValue": None, "dataType": "String"},
    }

    assert Message.from_record(record) == Message(
        message_id="message-0",
        body="x",
        receives=3,
        attributes={"kind": "a", "blank": ""},
        raw_attributes=record["messageAttributes"],
        group="g",
        sequence_number="17",
        queue_arn=FIFO,
        receipt_handle="receipt-0",
    )
    plain = Message(message_id="m", body="", queue_arn="arn:q", receipt_handle="r")
    assert (plain.receives, plain.group, plain.sequence_number) == (1, None, None)
    assert (plain.ids, plain.is_fifo, plain.queue_name) == ({"message_id": "m"}, False, "q")


class UnreadableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    "error",
    [SystemExit(1), asyncio.CancelledError(), UnreadableError(), ValueError("half \ud800")],
    ids=lambda error: type(error).__name__,
)
def test_whatever_work_raises_no_other_message_is_taken_with_it(error: BaseException) -> None:
    seen: list[str] = []

    def work(message: Message) -> None:
        seen.append(message.body)
        if message.body == "poison":
            raise error

    response = each_message(work, queue=lambda _: FakeQueue())(
        queue_event("fine", "poison", "rest"), None
    )

    assert seen == ["fine", "poison", "rest"]
    assert failed(response) == ["message-1"]


def test_ctrl_c_ends_the_run() -> None:
    def work(_: Message) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each_message(work, queue=lambda _: FakeQueue())(queue_event("x"), None)


def test_a_large_batch_is_reported_although_there_is_no_time_to_return_each_of_its_messages() -> (
    None
):
    left, queue = [3.0], FakeQueue()

    class SlowQueue(FakeQueue):
        def hide(self, message: Message, seconds: int) -> None:
            left[0] -= 0.25
            queue.hide(message, seconds)

    def work(_: Message) -> None:
        left[0] -= 1.5

    handle = each_message(work, queue=lambda _: SlowQueue(), clock=lambda: 3 - left[0])
    response = handle(queue_event(*"abcdefghijkl"), Context(lambda: left[0]))

    assert len(failed(response)) == 11
    assert len(queue.hidden) == 5
    assert left[0] > 0

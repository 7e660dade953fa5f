"""What the reader asks SQS for, call for call, and when it has read everything."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_ops.aws.queue_depth import Depth, read_depth
from serverless_ops.dead_letters.reader import WHY_HIDDEN, DeadLetterReader
from tests.ops.dead_letters.samples import MINUTE, NOON
from tests.ops.dead_letters.scripted_sqs import URL, ScriptedSqs, names, opened
from tests.ops.fakes import service_error


def test_everything_sqs_knows_is_asked_for_ten_at_a_time() -> None:
    sqs = ScriptedSqs(names(10), names(1, 10))
    with opened(sqs, hidden_seconds=30) as reader:
        assert len(list(reader.receive())) == 11

    assert (
        sqs.received
        == [
            {
                "QueueUrl": URL,
                "MaxNumberOfMessages": 10,
                "VisibilityTimeout": 30,
                "WaitTimeSeconds": 7,
                "MessageAttributeNames": ["All"],
                "AttributeNames": ["All"],
            }
        ]
        * 5
    )


@pytest.mark.parametrize(
    ("limit", "asked"), [(1, [1]), (9, [9]), (10, [10]), (11, [10, 1]), (20, [10, 10])]
)
def test_no_more_is_asked_for_than_the_limit(limit: int, asked: list[int]) -> None:
    sqs = ScriptedSqs(*(names(count, 10 * place) for place, count in enumerate(asked)))
    with opened(sqs) as reader:
        assert len(list(reader.receive(limit))) == limit

    assert [each["MaxNumberOfMessages"] for each in sqs.received] == asked


@pytest.mark.parametrize("count", [1, 10, 11, 20, 35])
def test_what_is_held_is_released_ten_at_a_time(count: int) -> None:
    everything = names(count)
    sqs = ScriptedSqs(*(everything[start : start + 10] for start in range(0, count, 10)))
    with opened(sqs) as reader:
        list(reader.receive(count))
        assert reader.held == count

    assert [len(each) for each in sqs.changed] == [10] * (count // 10) + [count % 10] * (
        count % 10 > 0
    )
    assert [change for each in sqs.changed for change in each] == [
        (f"h-{n}", 0) for n in everything
    ]
    assert (reader.held, reader.hidden_seconds) == (0, 0)
    assert reader.requests == -(-count // 10) * 2


@pytest.mark.parametrize(
    ("visible", "hidden", "requests", "unread", "elsewhere"),
    [
        (0, 0, 4, 0, 0),
        (0, 5, 4, 0, 5),
        (3, 0, 18, 3, 0),
        (3, 5, 18, 3, 5),
    ],
)
def test_three_empty_responses_lead_to_a_count_and_ten_to_the_end(
    visible: int, hidden: int, requests: int, unread: int, elsewhere: int
) -> None:
    sqs = ScriptedSqs(depth=(visible, hidden))
    reader = opened(sqs)

    assert list(reader.receive()) == []

    assert len(sqs.received) == (3 if requests == 4 else 10)
    assert (reader.requests, reader.unread, reader.hidden_elsewhere) == (
        requests,
        unread,
        elsewhere,
    )


@pytest.mark.parametrize(
    ("visible", "hidden", "unread", "elsewhere"),
    [(0, 2, 0, 0), (0, 3, 0, 1), (2, 0, 0, 0), (3, 0, 1, 0), (1, 4, 1, 2), (0, 1, 0, 0)],
)
def test_what_the_reader_holds_itself_is_not_counted_however_the_counts_lag(
    visible: int, hidden: int, unread: int, elsewhere: int
) -> None:
    sqs = ScriptedSqs(names(2), depth=(visible, hidden))
    reader = opened(sqs)

    list(reader.receive())

    assert (reader.unread, reader.hidden_elsewhere) == (unread, elsewhere)


def test_an_empty_response_in_between_begins_the_count_again() -> None:
    sqs = ScriptedSqs([], [], ["m-0"], [], [], ["m-1"])
    reader = opened(sqs)

    assert len(list(reader.receive())) == 2
    assert len(sqs.received) == 9


def test_messages_that_came_later_are_returned_and_do_not_prolong_the_reading() -> None:
    sqs = ScriptedSqs(*([name] for name in names(20)))
    sqs.sent_ms = int((NOON + MINUTE).timestamp() * 1000)

    assert len(list(opened(sqs).receive(before=NOON))) == 3
    sqs.responses = [[name] for name in names(20, 20)]
    assert len(list(opened(sqs).receive(before=NOON + MINUTE))) == 20


def test_a_message_that_comes_again_is_returned_once() -> None:
    sqs = ScriptedSqs(["m-0"], ["m-0", "m-1"], ["m-1"])
    reader = opened(sqs)

    assert [each.message_id for each in reader.receive()] == ["m-0", "m-1"]
    assert reader.held == 2


@pytest.mark.parametrize("until", [1000, 999, 0])
def test_after_the_deadline_nothing_is_asked_for(until: float) -> None:
    sqs = ScriptedSqs(["m-0"])

    assert list(opened(sqs).receive(until=until)) == []
    assert sqs.received == []
    assert len(list(opened(sqs).receive(1, until=1000.1))) == 1


@pytest.mark.parametrize("code", ["OverLimit", "AWS.SimpleQueueService.OverLimit"])
def test_a_queue_with_too_many_hidden_returns_no_more(code: str) -> None:
    sqs = ScriptedSqs(depth=(0, 120_000))
    sqs.error = service_error(code, "ReceiveMessage")
    reader = opened(sqs)

    assert list(reader.receive()) == []
    assert (reader.hidden_elsewhere, reader.may_be_hidden) == (120_000, 0)


@pytest.mark.parametrize(("url", "is_fifo"), [(f"{URL}.fifo", True), (URL, False), ("fifo", False)])
def test_a_queue_is_fifo_by_its_name(url: str, *, is_fifo: bool) -> None:
    assert DeadLetterReader(ScriptedSqs(), url).is_fifo is is_fifo


def test_hidden_messages_are_explained_with_the_longest_they_can_be() -> None:
    assert WHY_HIDDEN == (
        "another reader has received them, or a run was killed and they are visible again within "
        "5 minutes"
    )


def test_a_depth_is_what_is_visible_hidden_and_delayed() -> None:
    sqs = ScriptedSqs(depth=(3, 2))
    assert read_depth(sqs, URL) == Depth(visible=3, hidden=2, delayed=0)

    def attributes(*, QueueUrl: str, AttributeNames: list[str]) -> Any:  # noqa: N803
        assert QueueUrl == URL
        return {"Attributes": dict(zip(AttributeNames, "456", strict=True))}

    sqs.get_queue_attributes = attributes  # type: ignore[method-assign,assignment]
    assert read_depth(sqs, URL) == Depth(4, 5, 6)
    assert Depth(1, 2).delayed == 0

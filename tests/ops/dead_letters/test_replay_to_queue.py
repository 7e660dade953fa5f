"""How a message goes back to a queue, call for call, and by which route."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import (
    RejectedEventError,
)
from serverless_ops.dead_letters.replay_by_route import (
    NoRouteError,
    Route,
    RoutedDestination,
    existing_queue_url,
    remembered,
)
from serverless_ops.dead_letters.replay_to_queue import QueueDestination
from tests.ops.dead_letters.kinds.fake_clients import QUEUE, QUEUE_ARN, Sqs
from tests.ops.dead_letters.samples import a_dead_letter
from tests.ops.fakes import service_error


@pytest.mark.parametrize(
    ("code", "is_gone"),
    [
        ("AWS.SimpleQueueService.NonExistentQueue", True),
        ("QueueDoesNotExist", True),
        ("AccessDenied", False),
    ],
)
def test_a_queue_is_gone_only_if_sqs_says_so(code: str, *, is_gone: bool) -> None:
    error = service_error(code)

    with pytest.raises(NoRouteError if is_gone else ClientError) as raised:
        existing_queue_url(Sqs(error), QUEUE_ARN)

    gone = "the queue orders is gone; restore it with pulumi up --refresh"
    assert (str(raised.value) == gone) is is_gone


def test_a_queue_is_looked_up_by_its_name_and_account() -> None:
    sqs = Sqs()

    assert existing_queue_url(sqs, QUEUE_ARN) == "https://sqs/orders"
    assert sqs.asked == [{"QueueName": "orders", "QueueOwnerAWSAccountId": "123456789012"}]


def test_what_is_found_or_missing_is_asked_for_once() -> None:
    asked: list[str] = []

    def find(name: str) -> str:
        asked.append(name)
        if name == "none":
            raise NoRouteError(name)
        return name.upper()

    once = remembered(find)

    assert [once("a"), once("a"), once("b")] == ["A", "A", "B"]
    for _ in range(2):
        with pytest.raises(NoRouteError, match="none"):
            once("none")
    assert asked == ["a", "b", "none"]


@pytest.mark.parametrize("with_attributes", [True, False])
def test_a_route_says_what_is_sent_and_whether_attributes_belong_to_it(
    *, with_attributes: bool
) -> None:
    sent: list[DeadLetter] = []
    to: Any = SimpleNamespace(send=sent.append)
    route = Route(destination=to, payload="p", with_attributes=with_attributes)
    dead_letter = a_dead_letter(attributes={"a": {"DataType": "String", "StringValue": "x"}})

    RoutedDestination("d", lambda _: route).send(dead_letter)

    [found] = sent
    assert found.record is not None
    assert (found.body, found.record.payload) == ("p", "p")
    assert found.attributes == (dead_letter.attributes if with_attributes else {})
    assert Route(destination=to, payload="p").with_attributes


@pytest.mark.parametrize(
    ("system", "url", "group", "more"),
    [
        ({}, "https://sqs/a", None, {}),
        ({"MessageGroupId": "own"}, "https://sqs/a", "g", {"MessageGroupId": "own"}),
        (
            {"AWSTraceHeader": "Root=1"},
            "https://sqs/a.fifo",
            "g",
            {
                "MessageGroupId": "g",
                "MessageDeduplicationId": "replay-m-1",
                "MessageSystemAttributes": {
                    "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}
                },
            },
        ),
    ],
)
def test_a_message_goes_back_with_its_group_and_its_trace(
    system: dict[str, str], url: str, group: str | None, more: dict[str, Any]
) -> None:
    sqs = Sqs()
    attributes = {"a": {"DataType": "String", "StringValue": "x"}}

    QueueDestination(sqs, QUEUE.queue_url, url, group=group).send(
        a_dead_letter(system_attributes=system, attributes=attributes)
    )

    assert sqs.sent == [
        {"QueueUrl": url, "MessageBody": "b", "MessageAttributes": attributes, **more}
    ]


@pytest.mark.parametrize("sources", [(), ("https://sqs/a", "https://sqs/b")])
def test_without_exactly_one_source_the_queue_must_be_named(sources: tuple[str, ...]) -> None:
    sqs = Sqs(sources=sources)
    found = QueueDestination(sqs, QUEUE.queue_url, None)

    with pytest.raises(RejectedEventError, match=r"pass --source-queue URL$"):
        found.send(a_dead_letter())

    assert (sqs.sent, sqs.asked) == ([], [{"QueueUrl": QUEUE.queue_url}])
    assert found.description == "target the queue each message came from"
    assert found.skip_reason(a_dead_letter()) is None


def test_the_only_source_of_a_queue_and_what_a_message_names_are_found_once() -> None:
    sqs = Sqs(sources=("https://sqs/a",))
    found = QueueDestination(sqs, QUEUE.queue_url, None)

    for dead_letter in (a_dead_letter(), a_dead_letter(record={"source_arn": QUEUE_ARN})) * 2:
        found.send(dead_letter)

    assert [each["QueueUrl"] for each in sqs.sent] == ["https://sqs/a", "https://sqs/orders"] * 2
    assert len(sqs.asked) == 2
    assert QueueDestination(sqs, "d", "https://s").description == "target https://s"

"""What is sent to a queue, and what is refused before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.queue_sender import QueueSender
from serverless_runtime.queue_sender.settings import queue_environment, read_queue_settings
from serverless_runtime.shared.environment import MissingSettingsError

STANDARD, FIFO = "https://sqs/1/orders", "https://sqs/1/orders.fifo"


class RecordedSqs:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **arguments: Any) -> dict[str, str]:
        self.sent.append(arguments)
        return {"MessageId": "1"}


def sender(monkeypatch: pytest.MonkeyPatch, url: str) -> tuple[QueueSender, RecordedSqs]:
    for name, value in queue_environment("new-orders", url=url).items():
        monkeypatch.setenv(name, value)
    sqs = RecordedSqs()
    return QueueSender("new-orders", client=sqs), sqs


def test_a_body_is_sent_as_json_with_its_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, sqs = sender(monkeypatch, STANDARD)

    assert queue.send({"title": "É"}, attributes={"type": "order.placed"}, group="shop-1") == "1"

    assert sqs.sent == [
        {
            "QueueUrl": STANDARD,
            "MessageBody": '{"title":"É"}',
            "MessageAttributes": {"type": {"DataType": "String", "StringValue": "order.placed"}},
            "MessageGroupId": "shop-1",
        }
    ]


def test_order_needs_a_group_and_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, sqs = sender(monkeypatch, FIFO)

    queue.send(1, group="a", deduplication_id="a/1")
    assert (sqs.sent[0]["MessageGroupId"], sqs.sent[0]["MessageDeduplicationId"]) == ("a", "a/1")
    with pytest.raises(ValueError, match=r"a FIFO queue needs group and .*, got 'a' and None"):
        queue.send(1, group="a")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"deduplication_id": "1"}, "only a FIFO queue knows a deduplication_id, got '1'"),
        ({"group": "g" * 129}, "group must be 1 to 128 letters, digits and punctuation"),
        ({"group": "account 7"}, "group must be .* of ASCII, got 'account 7'"),
        ({"group": "Z\xfcrich"}, "group must be .*, got 'Z.xfcrich'"),
        ({"group": ""}, "group must be 1 to 128 .*, got ''"),
        ({"group": 7}, "group must be 1 to 128 .*, got 7"),
        ({"attributes": dict.fromkeys("abcdefghij", "x")}, "at most 9, got 10"),
        ({"attributes": {"AWS.type": "x"}}, "names of attributes must be .*, got 'AWS.type'"),
        ({"attributes": {"my type": "x"}}, "names of attributes must be .*, got 'my type'"),
        ({"attributes": {"type": ""}}, r"attributes\[type\] must not be empty, got ''; leave it"),
        ({"attributes": {"type": 7}}, r"attributes\[type\] must be text, got 7"),
        ({"attributes": {"type": "a\x00"}}, r"attributes\[type\] must have no .*, got U.0000 at 1"),
    ],
)
def test_what_sqs_would_refuse_is_not_sent(
    arguments: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, sqs = sender(monkeypatch, STANDARD)

    with pytest.raises(ValueError, match=message):
        queue.send({}, **arguments)
    assert sqs.sent == []


def test_a_message_that_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, sqs = sender(monkeypatch, STANDARD)

    queue.send("x" * 261_886)
    with pytest.raises(ValueError, match="at most 261888 bytes with its attributes, got 261889"):
        queue.send("x" * 261_887)
    assert len(sqs.sent) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (float("nan"), "not JSON compliant"),
        (object(), "body must be a JSON value, got object: Object of type object"),
        ("\ud800", "body must be a JSON value, got str: .*"),
        ("\uffff", "body must be a JSON value, got str: .*"),
    ],
)
def test_a_body_that_no_message_can_have_is_not_sent(
    body: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, sqs = sender(monkeypatch, STANDARD)

    with pytest.raises(ValueError, match=message):
        queue.send(body)
    assert sqs.sent == []


@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True))
def test_the_settings_of_a_queue_are_found_by_its_name(name: str) -> None:
    environment = {**queue_environment(name, url="u"), **queue_environment("another-", url="v")}

    assert read_queue_settings(name, environment).url == "u"


def test_a_queue_that_the_function_does_not_know_is_named() -> None:
    with pytest.raises(MissingSettingsError, match="QUEUE_ORDERS_URL"):
        read_queue_settings("orders", {})
    with pytest.raises(ValueError, match="the name of a queue must be lower-case"):
        read_queue_settings("Orders", {})

"""What is just within SQS's limits is sent, whole, and what is just beyond them is not."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.queue_sender import QueueSender

STANDARD, FIFO = "https://sqs/1/orders", "https://sqs/1/orders.fifo"
MOST = 261_888


class Sqs:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **arguments: Any) -> dict[str, Any]:
        self.sent.append(arguments)
        return {"MessageId": "m-1"}


def sent(url: str, body: Any, **settings: Any) -> dict[str, Any]:
    sqs = Sqs()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUEUE_ORDERS_URL", url)
        assert QueueSender("orders", client=sqs).send(body, **settings) == "m-1"
    [arguments] = sqs.sent
    return arguments


def refusal(url: str, body: Any, **settings: Any) -> str:
    with pytest.raises(ValueError, match=r"must|needs|only a FIFO") as raised:
        sent(url, body, **settings)
    return str(raised.value)


def test_a_message_is_sent_with_what_is_given_and_nothing_else() -> None:
    assert sent(STANDARD, {"a": "é"}) == {"QueueUrl": STANDARD, "MessageBody": '{"a":"é"}'}
    assert sent(STANDARD, 1, attributes={}, group="g") == {
        "QueueUrl": STANDARD,
        "MessageBody": "1",
        "MessageGroupId": "g",
    }
    assert sent(FIFO, None, attributes={"n": "v"}, group="g", deduplication_id="d") == {
        "QueueUrl": FIFO,
        "MessageBody": "null",
        "MessageAttributes": {"n": {"DataType": "String", "StringValue": "v"}},
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
    }


@pytest.mark.parametrize("character", ["x", "é"])
def test_body_and_attributes_count_together_in_bytes(character: str) -> None:
    taken = len("nameStringé".encode()) + len('""')
    size = len(character.encode())
    body = character * ((MOST - taken) // size) + "x" * ((MOST - taken) % size)

    assert sent(STANDARD, body, attributes={"name": "é"})
    assert refusal(STANDARD, body + "x", attributes={"name": "é"}) == (
        f"a message must be at most {MOST} bytes with its attributes, got {MOST + 1}; "
        "put what is larger into S3, and its key into the message"
    )


def test_a_message_has_at_most_nine_attributes() -> None:
    named = {f"a{each}": "x" for each in range(9)}

    assert sent(STANDARD, 1, attributes=named)["MessageAttributes"].keys() == named.keys()
    expected = "attributes must be at most 9, got 10"
    assert refusal(STANDARD, 1, attributes={**named, "b": "x"}) == expected
    assert (
        refusal(STANDARD, 1, attributes=[]) == "attributes must be a mapping of texts, got a list"
    )


@pytest.mark.parametrize("name", ["group", "deduplication_id"])
def test_what_orders_messages_has_1_to_128_characters(name: str) -> None:
    both = {"group": "g", "deduplication_id": "d"}
    for fine in ("!", "~", "a" * 128):
        assert sent(FIFO, 1, **{**both, name: fine})
    for wrong, shown in (("", "''"), ("a" * 129, f"'{'a' * 129}'"), ("a b", "'a b'"), (7, "7")):
        assert refusal(FIFO, 1, **{**both, name: wrong}) == (
            f"{name} must be 1 to 128 letters, digits and punctuation of ASCII, got {shown}"
        )
    assert refusal(FIFO, 1, **{**both, name: "a" * 200}).endswith(f"got '{'a' * 149}")


def test_only_a_fifo_queue_has_an_order_and_it_needs_both() -> None:
    for given in ({}, {"group": "g"}, {"deduplication_id": "d"}):
        got = " and ".join(repr(given.get(name)) for name in ("group", "deduplication_id"))
        expected = f"a FIFO queue needs group and deduplication_id, got {got}"
        assert refusal(FIFO, 1, **given) == expected
    assert refusal(STANDARD, 1, deduplication_id="d") == (
        "only a FIFO queue knows a deduplication_id, got 'd'; "
        "let the consumer recognise what it has done"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({1, 2}, "body must be a JSON value, got set: Object of type set is not JSON serializable"),
        (float("nan"), "body must be a JSON value, got float: Out of range float values are not "),
        ({1: 1, "1": 2}, "body must be a JSON value, got dict: the name '1' is given twice"),
        ("\ud800", "body must be a JSON value, got str: U+D800 is not a character"),
    ],
)
def test_a_body_is_json(body: Any, text: str) -> None:
    assert refusal(STANDARD, body).startswith(text)

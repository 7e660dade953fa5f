"""What is just within a limit of signatures and secrets is taken, and what is beyond it is not."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

import pytest

from serverless_runtime.queue_consumer import Message
from serverless_runtime.shared.secrets import MalformedSecretError
from serverless_runtime.shared.standard_webhooks import parse_keys, signature_headers, signatures
from serverless_runtime.webhook_in import Call
from serverless_runtime.webhook_in.genuine_calls import Source
from serverless_runtime.webhook_in.signatures import ForgedError, parse_texts, verify
from tests.lambdas.webhook_in.test_signatures import NEW, NOW, sign

HEADERS = signature_headers([NEW], "msg_1", NOW, b"x")


def refusal(check: Callable[..., object], *arguments: object) -> str:
    with pytest.raises((ForgedError, MalformedSecretError)) as raised:
        check(*arguments)
    return str(raised.value)


def standard(headers: dict[str, str], at: float = NOW, keys: Sequence[bytes] = (NEW,)) -> str:
    return verify("standard-webhooks", headers, b"x", keys, received_at=at, tolerance_seconds=300)


def test_a_header_has_at_most_ten_signatures() -> None:
    [signature] = signatures([NEW], "msg_1", NOW, b"x")
    others = ["v1,eA=="] * 9

    for order in ([signature, *others], [*others, signature]):
        assert standard({**HEADERS, "webhook-signature": " ".join(order)}) == "msg_1"
    eleven = " ".join([signature, *others, signature])
    assert refusal(standard, {**HEADERS, "webhook-signature": eleven}) == (
        "it has more than 10 signatures"
    )
    assert refusal(standard, {**HEADERS, "webhook-signature": ""}) == (
        "no signature is the source's"
    )


@pytest.mark.parametrize("length", [1, 200])
def test_an_id_has_1_to_200_characters(length: int) -> None:
    assert standard(signature_headers([NEW], "i" * length, NOW, b"x")) == "i" * length
    for wrong in (0, 201):
        headers = signature_headers([NEW], "i" * wrong, NOW, b"x")
        assert refusal(standard, headers) == "its id must have 1 to 200 characters"


def test_a_time_is_in_seconds_of_up_to_twelve_digits() -> None:
    most = 999_999_999_999
    assert standard(signature_headers([NEW], "m", most, b"x"), most) == "m"
    assert standard(signature_headers([NEW], "m", 0, b"x"), 300.0) == "m"
    for wrong in ("", "x", "-1", "1.0", str(10 * most), "\u0661"):
        headers = {**HEADERS, "webhook-timestamp": wrong}
        assert refusal(standard, headers) == "its timestamp must be epoch seconds"
    assert refusal(standard, HEADERS, NOW + 300.001) == (
        "signed more than 300 s before or after it was received"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"[" * 100_000, "its body is signed, but is no JSON with an id"),
        (b"no", "its body is signed, but is no JSON with an id"),
        (b"[]", "its body is signed, but has no id"),
        (b'{"id":1}', "its body is signed, but has no id"),
    ],
)
def test_a_body_that_is_signed_needs_an_id(body: bytes, text: str) -> None:
    headers = sign("stripe", NEW, body=body)

    with pytest.raises(ForgedError) as raised:
        verify("stripe", headers, body, [NEW], received_at=NOW, tolerance_seconds=300)

    assert str(raised.value) == text


def test_of_stripes_header_the_parts_are_found_by_their_names() -> None:
    body = b'{"id":"e"}'
    [header] = sign("stripe", NEW, body=body).values()
    time, signature = header.split(",")

    for text in (
        f"{signature},{time}",
        f" {time} , v0=x, {signature} ",
        f"{time},v1=x,{signature}",
    ):
        headers = {"stripe-signature": text}
        found = verify("stripe", headers, body, [NEW], received_at=NOW, tolerance_seconds=300)
        assert found == "e"


@pytest.mark.parametrize(("size", "is_taken"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_key_of_the_standard_has_24_to_64_bytes(size: int, *, is_taken: bool) -> None:
    one, other = b"k" * 32, b"x" * size
    secret = " ".join(f"whsec_{base64.b64encode(key).decode()}" for key in (one, other))

    if is_taken:
        assert parse_keys(secret) == [one, other]
    else:
        assert refusal(parse_keys, secret) == (
            f"must contain keys of 24 to 64 bytes; number 2 has {size}"
        )


def test_what_is_no_key_of_the_standard_is_told_by_its_number() -> None:
    assert refusal(parse_keys, " ") == "must contain at least one whsec_…, got nothing"
    fine = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
    other = "must contain only whsec_…; number 2 has another prefix"
    assert refusal(parse_keys, f"{fine} secret") == other
    undecodable = "must contain base64 after each whsec_; number 1 does not"
    assert refusal(parse_keys, "whsec_é") == refusal(parse_keys, "whsec_a") == undecodable


def test_a_key_of_the_others_has_16_characters() -> None:
    assert parse_texts(f"{'k' * 16}\n{'x' * 17}") == [b"k" * 16, b"x" * 17]
    assert refusal(parse_texts, f"{'k' * 16} {'x' * 15}") == (
        "must contain keys of at least 16 characters; number 2 has 15"
    )
    assert refusal(parse_texts, "\n") == "must contain at least one key, got nothing"


def test_a_call_is_what_its_message_says() -> None:
    at_ms = NOW * 1000 + 300_000
    attributes = {"receivedAtMs": str(at_ms), "requestId": "r-1"}
    message = Message(
        message_id="m", body="x", attributes=attributes, queue_arn="a", receipt_handle="r"
    )
    expected = Call(source="s", event_id="s/r-1", body="x", received_at_ms=at_ms, request_id="r-1")

    found = Source("s", "none", keys=None, tolerance_seconds=0).call_of(message)

    assert found == expected
    assert (found.correlation_id, found.replays) == ("r-1", 0)


@pytest.mark.parametrize(
    ("age_ms", "headers", "text"),
    [
        (300_000, "|".join(HEADERS.values()), None),
        (-300_000, "|".join(HEADERS.values()), None),
        (300_001, "|".join(HEADERS.values()), "signed more than 300 s before or after it was rec"),
        (0, "", "it must have the headers webhook-id, webhook-timestamp, webhook-signature"),
        (0, "a|b", "it must have the headers webhook-id, webhook-timestamp, webhook-signature"),
        (0, "a||c", "it must have the headers webhook-id, webhook-timestamp, webhook-signature"),
        (0, "a|b|c|d", "it must have the headers webhook-id, webhook-timestamp, webhook-sign"),
        (0, "é|1|c", "its headers must be ASCII"),
    ],
)
def test_its_age_is_that_at_its_arrival(age_ms: int, headers: str, text: str | None) -> None:
    attributes = {
        "receivedAtMs": str(NOW * 1000 + age_ms),
        "requestId": "r-1",
        "headers": headers,
    }
    message = Message(
        message_id="m", body="x", attributes=attributes, queue_arn="a", receipt_handle="r"
    )
    source = Source("s", "standard-webhooks", keys=lambda: [NEW], tolerance_seconds=300)

    if text is None:
        assert source.call_of(message).event_id == "s/msg_1"
    else:
        assert refusal(source.call_of, message).startswith(text)

"""Which calls are genuine: Standard Webhooks, GitHub, Stripe."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.secrets import MalformedSecretError
from serverless_runtime.shared.standard_webhooks import parse_keys, signature_headers
from serverless_runtime.webhook_in.settings import HEADERS, Scheme
from serverless_runtime.webhook_in.signatures import (
    MAX_SIGNATURES,
    PARSERS,
    ForgedError,
    parse_texts,
    verify,
)

NOW = 1_772_357_400
TOLERANCE = 300
OLD, NEW = b"old-key-old-key-old-key-old-key-", b"new-key-new-key-new-key-new-key-"
BODY = json.dumps({"id": "evt_1", "amount": 1200}).encode()
SCHEMES: list[Scheme] = ["standard-webhooks", "github", "stripe"]
TIMED: list[Scheme] = ["standard-webhooks", "stripe"]
every_scheme = pytest.mark.parametrize("scheme", SCHEMES)


def sign(scheme: Scheme, *keys: bytes, body: bytes = BODY, at: int = NOW) -> dict[str, str]:
    """The headers as the scheme's documentation makes them."""
    if scheme == "standard-webhooks":
        return signature_headers(keys, "msg_1", at, body)
    if scheme == "github":
        [key] = keys
        digest = hmac.new(key, body, hashlib.sha256).hexdigest()
        return {"x-github-delivery": "72d3162e", "x-hub-signature-256": f"sha256={digest}"}
    content = f"{at}.".encode() + body
    digests = [hmac.new(key, content, hashlib.sha256).hexdigest() for key in keys]
    return {"stripe-signature": ",".join([f"t={at}", *(f"v1={each}" for each in digests)])}


def check(
    scheme: Scheme, headers: dict[str, str], body: bytes = BODY, keys: tuple[bytes, ...] = (NEW,)
) -> str:
    return verify(scheme, headers, body, keys, received_at=NOW, tolerance_seconds=TOLERANCE)


def test_the_example_of_the_standard_is_genuine() -> None:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
    keys = parse_keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }

    found = verify(
        "standard-webhooks",
        headers,
        b'{"test": 2432232314}',
        keys,
        received_at=1_614_265_330,
        tolerance_seconds=1,
    )

    assert found == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_the_example_of_github_is_genuine() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-github-delivery": "1", "x-hub-signature-256": signature}

    keys = parse_texts("It's-a-Secret-to-Everybody")
    with pytest.raises(ForgedError):
        check("github", headers, b"Hello, World!", tuple(keys))
    assert check("github", headers, b"Hello, World!", (b"It's a Secret to Everybody",)) == "1"


@pytest.mark.parametrize(
    ("scheme", "call_id"),
    [("standard-webhooks", "msg_1"), ("github", "72d3162e"), ("stripe", "evt_1")],
)
def test_a_genuine_call_has_its_sources_id(scheme: Scheme, call_id: str) -> None:
    assert check(scheme, sign(scheme, NEW)) == call_id


@every_scheme
@pytest.mark.parametrize("key", [OLD, NEW])
def test_while_keys_are_rotated_either_is_enough(scheme: Scheme, key: bytes) -> None:
    assert check(scheme, sign(scheme, key), keys=(OLD, NEW))


@pytest.mark.parametrize("scheme", TIMED)
def test_a_sender_that_rotates_signs_with_both(scheme: Scheme) -> None:
    assert check(scheme, sign(scheme, OLD, NEW), keys=(NEW,))


@every_scheme
def test_another_key_is_forged(scheme: Scheme) -> None:
    with pytest.raises(ForgedError, match="no signature is the source's"):
        check(scheme, sign(scheme, OLD))


@every_scheme
@given(place=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_a_body_with_one_bit_changed_is_forged(scheme: Scheme, place: int, bit: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= 1 << bit

    with pytest.raises(ForgedError):
        check(scheme, sign(scheme, NEW), bytes(changed))


@pytest.mark.parametrize("scheme", TIMED)
@pytest.mark.parametrize(
    ("age", "genuine"), [(300, True), (301, False), (-300, True), (-301, False)]
)
def test_a_time_outside_the_tolerance_is_forged(scheme: Scheme, age: int, genuine: bool) -> None:
    headers = sign(scheme, NEW, at=NOW - age)
    if genuine:
        assert check(scheme, headers)
        return
    with pytest.raises(ForgedError, match="signed more than 300 s before or after"):
        check(scheme, headers)


@pytest.mark.parametrize("scheme", TIMED)
def test_a_time_that_was_changed_is_forged(scheme: Scheme) -> None:
    headers = {
        name: value.replace(str(NOW - 500), str(NOW))
        for name, value in sign(scheme, NEW, at=NOW - 500).items()
    }

    with pytest.raises(ForgedError, match="no signature"):
        check(scheme, headers)


@every_scheme
@given(data=st.data())
def test_headers_of_any_text_are_forged_and_no_fault(scheme: Scheme, data: st.DataObject) -> None:
    headers = {name: data.draw(st.text()) for name in HEADERS[scheme]}

    with pytest.raises(ForgedError):
        check(scheme, headers)


def test_thousands_of_signatures_are_not_all_tried() -> None:
    headers = sign("standard-webhooks", NEW)
    headers["webhook-signature"] = " ".join([headers["webhook-signature"]] * (MAX_SIGNATURES + 1))

    with pytest.raises(ForgedError, match="more than 10 signatures"):
        check("standard-webhooks", headers)


def test_a_signature_of_another_version_does_not_count() -> None:
    headers = sign("standard-webhooks", NEW)
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v2,")

    with pytest.raises(ForgedError):
        check("standard-webhooks", headers)


def test_stripes_older_scheme_does_not_count() -> None:
    headers = {name: value.replace("v1=", "v0=") for name, value in sign("stripe", NEW).items()}

    with pytest.raises(ForgedError):
        check("stripe", headers)


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"id": 1}', b'{"id": ""}'])
def test_a_body_without_an_id_cannot_be_told_from_its_repetition(body: bytes) -> None:
    with pytest.raises(ForgedError, match="id"):
        check("stripe", sign("stripe", NEW, body=body), body)


def test_an_error_quotes_nothing_of_the_call() -> None:
    headers = sign("standard-webhooks", OLD)

    with pytest.raises(ForgedError) as caught:
        check("standard-webhooks", headers)
    assert not any(value in str(caught.value) for value in headers.values())


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("", "at least one key"),
        ("short", "at least 16 characters; number 1 has 5"),
        (f"{'k' * 20} short", "number 2 has 5"),
    ],
)
def test_a_secret_that_is_none_is_named_without_its_value(secret: str, text: str) -> None:
    with pytest.raises(MalformedSecretError, match=text) as caught:
        parse_texts(secret)
    assert "short" not in str(caught.value)


def test_keys_of_each_scheme_are_read_as_its_documentation_says() -> None:
    key = base64.b64encode(NEW).decode()

    assert PARSERS["standard-webhooks"](f"whsec_{key}") == [NEW]
    assert PARSERS["stripe"](f"whsec_{key}") == [f"whsec_{key}".encode()]
    assert PARSERS["github"](f"{'a' * 16}\n{'b' * 16}") == [b"a" * 16, b"b" * 16]

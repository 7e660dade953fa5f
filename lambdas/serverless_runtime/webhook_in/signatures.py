"""Signatures of incoming calls: who has sent this body, and when.

All comparisons take the same time whether they fail early or late, and every key is tried.

https://www.standardwebhooks.com
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
https://docs.stripe.com/webhooks/signature
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from serverless_runtime.shared.secrets import MalformedSecretError
from serverless_runtime.shared.standard_webhooks import parse_keys, signatures
from serverless_runtime.webhook_in.settings import Scheme

MAX_SIGNATURES = 10
"""In one header: a sender that rotates its key has two."""

_MIN_TEXT = 16
_MAX_ID = 200
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

Headers = Mapping[str, str]


class ForgedError(Exception):
    """The signature is not the source's, or too old. The text quotes nothing of the call."""


class _Signed(NamedTuple):
    call_id: str
    at: int | None
    """Epoch seconds; None if the scheme signs no time."""


def parse_texts(secret: str) -> list[bytes]:
    """Return the keys of GitHub or Stripe: texts, separated by white space during a rotation.

    Raises MalformedSecretError with the number of the invalid one.
    """
    texts = secret.split()
    if not texts:
        raise MalformedSecretError("must contain at least one key, got nothing")
    for number, text in enumerate(texts, start=1):
        if len(text) < _MIN_TEXT:
            raise MalformedSecretError(
                f"must contain keys of at least {_MIN_TEXT} characters; number {number} has "
                f"{len(text)}"
            )
    return [text.encode() for text in texts]


PARSERS: Mapping[Scheme, Callable[[str], list[bytes]]] = {
    "standard-webhooks": parse_keys,
    "github": parse_texts,
    "stripe": parse_texts,
}
"""What reads the keys of a scheme in the text of a secret."""


def verify(
    scheme: Scheme,
    headers: Headers,
    body: bytes,
    keys: Sequence[bytes],
    *,
    received_at: float,
    tolerance_seconds: int,
) -> str:
    """Return the id of a genuine call. Raises ForgedError.

    `received_at` is when the call arrived, epoch seconds: it may have waited in a queue since.
    """
    signed = _SCHEMES[scheme](headers, body, keys)
    if signed.at is not None and abs(received_at - signed.at) > tolerance_seconds:
        raise ForgedError(f"signed more than {tolerance_seconds} s before or after it was received")
    if not 1 <= len(signed.call_id) <= _MAX_ID:
        raise ForgedError(f"its id must have 1 to {_MAX_ID} characters")
    return signed.call_id


def _standard(headers: Headers, body: bytes, keys: Sequence[bytes]) -> _Signed:
    call_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    _require_timestamp(timestamp)
    given = headers["webhook-signature"].split()
    _require_match(signatures(keys, call_id, timestamp, body), given)
    return _Signed(call_id, int(timestamp))


def _github(headers: Headers, body: bytes, keys: Sequence[bytes]) -> _Signed:
    expected = [f"sha256={digest}" for digest in _hex_digests(keys, body)]
    _require_match(expected, [headers["x-hub-signature-256"]])
    return _Signed(headers["x-github-delivery"], None)


def _stripe(headers: Headers, body: bytes, keys: Sequence[bytes]) -> _Signed:
    parts = [part.strip().partition("=") for part in headers["stripe-signature"].split(",")]
    timestamp = next((value for name, _, value in parts if name == "t"), "")
    _require_timestamp(timestamp)
    given = [value for name, _, value in parts if name == "v1"]
    _require_match(_hex_digests(keys, f"{timestamp}.".encode() + body), given)
    # Only now: the body of a forged call is not worth parsing.
    return _Signed(_id_in(body), int(timestamp))


_SCHEMES: Mapping[Scheme, Callable[[Headers, bytes, Sequence[bytes]], _Signed]] = {
    "standard-webhooks": _standard,
    "github": _github,
    "stripe": _stripe,
}


def _hex_digests(keys: Sequence[bytes], content: bytes) -> list[str]:
    return [hmac.new(key, content, hashlib.sha256).hexdigest() for key in keys]


def _require_timestamp(text: str) -> None:
    if not _TIMESTAMP.fullmatch(text):
        raise ForgedError("its timestamp must be epoch seconds")


def _require_match(expected: Iterable[str], given: Sequence[str]) -> None:
    if len(given) > MAX_SIGNATURES:
        raise ForgedError(f"it has more than {MAX_SIGNATURES} signatures")
    pairs = [(one.encode(), other.encode()) for one in expected for other in given]
    # All of them, before any is looked at: a match must not end it early.
    matches = [hmac.compare_digest(one, other) for one, other in pairs]
    if not any(matches):
        raise ForgedError("no signature is the source's")


def _id_in(body: bytes) -> str:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise ForgedError("its body is signed, but is no JSON with an id") from None
    found = event.get("id") if isinstance(event, dict) else None
    if not isinstance(found, str):
        raise ForgedError("its body is signed, but has no id")
    return found

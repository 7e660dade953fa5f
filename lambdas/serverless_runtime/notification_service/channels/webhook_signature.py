"""Signatures of Standard Webhooks: https://www.standardwebhooks.com"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from serverless_runtime.notification_service.secrets import MalformedSecretError

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)  # what the specification allows


def parse_keys(secret: str) -> list[bytes]:
    """Return the keys in `whsec_<base64>`, or in several of these separated by white space.

    Raises MalformedSecretError with the number of the invalid one.
    """
    keys = [_key(number, text) for number, text in enumerate(secret.split(), start=1)]
    if not keys:
        raise MalformedSecretError("must contain at least one whsec_…, got nothing")
    return keys


def _key(number: int, text: str) -> bytes:
    if not text.startswith(_PREFIX):
        raise MalformedSecretError(f"must contain only whsec_…; number {number} has another prefix")
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedSecretError(
            f"must contain base64 after each whsec_; number {number} does not"
        ) from None
    if len(key) not in _KEY_BYTES:
        raise MalformedSecretError(
            f"must contain keys of {_KEY_BYTES[0]} to {_KEY_BYTES[-1]} bytes; "
            f"number {number} has {len(key)}"
        )
    return key


def signature_headers(
    keys: Sequence[bytes], webhook_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers by which a receiver verifies the origin and the age of `body`.

    With several keys there is a signature for each: a receiver needs only one of them.
    """
    content = f"{webhook_id}.{timestamp}.".encode() + body
    signatures = [hmac.new(key, content, hashlib.sha256).digest() for key in keys]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(signature).decode()}" for signature in signatures
        ),
    }

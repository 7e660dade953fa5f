"""AWS Signature Version 4.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"


class CredentialsError(Exception):
    """There are no credentials to sign with."""


class Credentials(NamedTuple):
    """Whose signature a request carries."""

    access_key: str
    secret_key: str
    session_token: str | None = None


class Scope(NamedTuple):
    """What a signature is valid for."""

    region: str
    service: str


def sign(
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    scope: Scope,
    timestamp: str,
) -> dict[str, str]:
    """Return `headers` with those that sign the request added.

    `path` is as it goes over the wire, its query sorted by name; `headers` must have a
    Host, and `timestamp` is in UTC, as 20260301T093000Z.
    """
    path, _, query = path.partition("?")
    headers = {**headers, "X-Amz-Date": timestamp}
    if credentials.session_token is not None:
        headers["X-Amz-Security-Token"] = credentials.session_token
    signed = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in signed)
    canonical_request = "\n".join(
        [
            method,
            # Encoded once more than on the wire, for every service but S3.
            quote(path, safe="/-_.~"),
            query,
            *(f"{name}:{value}" for name, value in signed),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    day = timestamp[:8]
    scope_text = f"{day}/{scope.region}/{scope.service}/aws4_request"
    request_hash = hashlib.sha256(canonical_request.encode()).hexdigest()
    text = "\n".join([_ALGORITHM, timestamp, scope_text, request_hash])
    signature = _hmac(_key(credentials.secret_key, day, scope), text).hex()
    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope_text}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return headers


# One a day and service; the second is for requests around midnight.
@functools.lru_cache(maxsize=8)
def _key(secret_key: str, day: str, scope: Scope) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for text in (day, scope.region, scope.service, "aws4_request"):
        key = _hmac(key, text)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")

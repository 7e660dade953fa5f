"""The text of a key: `lk_0123456789abcdef_` and 43 characters, which are its secret.

The id is public: logs and lists name a key by it. The secret is 256 random bits, so its SHA-256
cannot be guessed back, and no slow hash is needed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from typing import NamedTuple

_ID_BYTES, _SECRET_BYTES = 8, 32
_ID_LENGTH, _SECRET_LENGTH = 16, 43
_HEX = frozenset("0123456789abcdef")
_LOOKS_LIKE_KEY = r"_[0-9a-f]{16}_[A-Za-z0-9_-]{43}"

# Stands for the digest of a key that is not there: no secret has it.
_NO_DIGEST = "0" * 64


class ApiKey(NamedTuple):
    """A key, as its owner sends it."""

    key_id: str
    """Names it."""

    secret: str
    """Proves that the caller has it."""

    def text(self, prefix: str) -> str:
        """Return what its owner gets to see once."""
        return f"{prefix}_{self.key_id}_{self.secret}"

    @property
    def digest(self) -> str:
        """What is stored of the secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def has_digest(self, stored: str | None) -> bool:
        """Whether the stored digest is that of this secret; without one, the work is the same."""
        return hmac.compare_digest(self.digest, stored or _NO_DIGEST)


def new_key() -> ApiKey:
    """Return a key that nobody has."""
    secret = base64.urlsafe_b64encode(os.urandom(_SECRET_BYTES)).rstrip(b"=").decode()
    return ApiKey(os.urandom(_ID_BYTES).hex(), secret)


def is_key_id(text: str) -> bool:
    """Whether this can be the id of a key."""
    return len(text) == _ID_LENGTH and _HEX.issuperset(text)


def looks_like_key(text: str) -> bool:
    """Whether a key may be in a text, whatever its prefix."""
    return re.search(_LOOKS_LIKE_KEY, text) is not None


def read_authorization(header: str, prefix: str) -> ApiKey | None:
    """Return the key of an Authorization header, `Bearer <key>`; None if it has none."""
    scheme, _, text = header.partition(" ")
    own_prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    if (
        scheme.lower() != "bearer"
        or own_prefix != prefix
        or not is_key_id(key_id)
        or len(secret) != _SECRET_LENGTH
        or not secret.isascii()
    ):
        return None
    return ApiKey(key_id, secret)

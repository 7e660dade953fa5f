"""An OpenID Connect issuer on this machine, which signs tokens for tests."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from local.serving import serving

KEY_ID = "the-only-key"
LIFETIME_SECONDS = 300


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=2_048)


class TokenIssuer:
    """Signs tokens; `url` is its name and the address of its public key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = new_key()

    def token(self, *, key: RSAPrivateKey | None = None, **claims: Any) -> str:
        """A token for a caller of the tasks; `claims` replace its claims, None leaves one out.

        `key` forges it: signed by someone else, it names the issuer's own key.
        """
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": "tasks",
            "sub": "someone",
            "iat": now - 1,
            "exp": now + LIFETIME_SECONDS,
            "scope": "tasks/read tasks/write",
        }
        signed = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(signed, key or self._key, algorithm="RS256", headers={"kid": KEY_ID})

    def document(self, path: str) -> dict[str, Any] | None:
        """What the issuer publishes at `path`."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        if path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}
        return None


@contextmanager
def running_issuer() -> Iterator[TokenIssuer]:
    """An issuer that serves while the block runs."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.document(self.path)
            self.send_response(404 if document is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_args: Any) -> None:
            """No line per request."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Pages)) as server:
        issuer = TokenIssuer(f"http://127.0.0.1:{server.server_address[1]}")
        yield issuer

"""API Gateway: metrics of HTTP APIs, and signatures of JSON web tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference
from local.emulator.patches.cloudwatch import record_metric

DIFFERENCES = (
    Difference(
        aws="an HTTP API counts its requests, errors and latency",
        emulator="publishes no API Gateway metrics",
        workaround="local/emulator/patches/api_gateway.py counts as documented by AWS",
    ),
    Difference(
        aws="an HTTP API verifies the signature of a token with its issuer's key",
        emulator="needs a package for it that functions do not have, and rejects every token",
        workaround="local/emulator/patches/api_gateway.py verifies RS256 with the standard library",
    ),
)

_CLIENT_ERROR = 400
_SERVER_ERROR = 500

# What precedes a SHA-256 digest in a signature: https://www.rfc-editor.org/rfc/rfc8017#section-9.2
_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def apply() -> None:
    """Count requests per API, as an HTTP API without detailed metrics does; verify RS256.

    The package `cryptography`, which MiniStack uses, could be imported by functions if it were
    installed beside the emulator; on AWS they have no such package.
    """
    api_gateway: Any = import_module("ministack.services.apigateway")
    execute = api_gateway._handle_execute_in_scope

    async def execute_and_count(api_id: str, *request: Any, **named: Any) -> Any:
        started = time.time()
        response = await execute(api_id, *request, **named)
        count_response(int(response[0]), started, ApiId=api_id)
        return response

    api_gateway._handle_execute_in_scope = execute_and_count
    api_gateway._verify_rs256_signature = _is_signed_by


def count_response(status: int, started: float, **dimensions: str) -> None:
    """Count a response that was begun at `started`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    """
    counts = {
        "Count": 1,
        "4xx": int(_CLIENT_ERROR <= status < _SERVER_ERROR),
        "5xx": int(status >= _SERVER_ERROR),
        "Latency": (time.time() - started) * 1000,
    }
    for name, value in counts.items():
        record_metric("AWS/ApiGateway", name, value, **dimensions)


def _is_signed_by(token: str, key: dict[str, str]) -> bool:
    """Whether the public JSON web key verifies the token's RS256 signature."""
    header, payload, signature = token.split(".")
    if json.loads(_decode(header)).get("alg") != "RS256":
        return False
    modulus, exponent = (int.from_bytes(_decode(key[part]), "big") for part in ("n", "e"))
    length = (modulus.bit_length() + 7) // 8
    digest = hashlib.sha256(f"{header}.{payload}".encode()).digest()
    end = b"\x00" + _SHA256_DIGEST_INFO + digest
    expected = b"\x00\x01".ljust(length - len(end), b"\xff") + end
    signed = int.from_bytes(_decode(signature), "big")
    return signed < modulus and pow(signed, exponent, modulus) == int.from_bytes(expected, "big")


def _decode(base64url: str) -> bytes:
    return base64.urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))

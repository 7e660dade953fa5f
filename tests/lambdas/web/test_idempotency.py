"""A request with a key is answered once, and its answer kept for a day."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from serverless_runtime.web.errors import IdempotencyKeyReusedError
from serverless_runtime.web.idempotency import (
    Claim,
    fingerprint_of,
    first_response,
    put_unless_stored,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
CLAIM = Claim(key="k-1", fingerprint=fingerprint_of({"a": 1, "b": None}))


def test_the_same_request_has_the_same_fingerprint_and_no_other_has() -> None:
    assert fingerprint_of({"b": None, "a": 1}) == CLAIM.fingerprint
    assert fingerprint_of({"a": 1}) != CLAIM.fingerprint
    assert CLAIM.fingerprint == hashlib.sha256(b'{"a":1,"b":null}').hexdigest()


def test_a_row_is_named_by_a_digest_because_a_key_may_be_secret() -> None:
    assert CLAIM.row_name == f"idempotency#{hashlib.sha256(b'k-1').hexdigest()}"


def test_the_response_is_stored_for_24_hours_unless_there_is_one() -> None:
    write = put_unless_stored("things", {"id": {"S": CLAIM.row_name}}, CLAIM, {"id": 7}, AT)

    now = int(AT.timestamp())
    assert write == {
        "Put": {
            "TableName": "things",
            "Item": {
                "id": {"S": CLAIM.row_name},
                "request_hash": {"S": CLAIM.fingerprint},
                "first_response": {"S": '{"id": 7}'},
                "expires_at": {"N": str(now + 86_400)},
            },
            "ConditionExpression": "attribute_not_exists(expires_at) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(now)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    row = write["Put"]["Item"]
    assert first_response(row, CLAIM) == {"id": 7}
    for fingerprint in ("0" * 64, "f" * 64):
        with pytest.raises(IdempotencyKeyReusedError):
            first_response(row, Claim(key="k-1", fingerprint=fingerprint))

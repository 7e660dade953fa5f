"""How the response to a request with an idempotency key is stored, in the table of the resource.

It is in the same table so that one transaction can write it and the resource.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from serverless_runtime.shared.frozen import frozen
from serverless_runtime.web.errors import IdempotencyKeyReusedError

__all__ = ["Claim", "fingerprint_of", "first_response", "put_unless_stored"]

RETENTION = timedelta(hours=24)

Row = Mapping[str, Mapping[str, Any]]


@frozen
class Claim:
    """An idempotency key and the fingerprint of its request."""

    key: str
    """The request's Idempotency-Key."""

    fingerprint: str
    """`fingerprint_of` what the request asks for."""

    @property
    def row_name(self) -> str:
        """A key for the claim's row that is no id of a resource; keys may be secrets."""
        return f"idempotency#{hashlib.sha256(self.key.encode()).hexdigest()}"


def fingerprint_of(values: Mapping[str, Any]) -> str:
    """Return the same text for the same request, however its JSON was formatted."""
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def put_unless_stored(
    table_name: str,
    row_key: Row,
    claim: Claim,
    response: Mapping[str, Any],
    at: datetime,
) -> dict[str, Any]:
    """Return the write (an entry of TransactItems) that stores the response, unless the claim has
    one already: then its condition fails, and has the stored row with it.

    `row_key` is the row's primary key; `claim.row_name` is what to make it of.
    """
    put = {
        "TableName": table_name,
        "Item": {
            **row_key,
            "request_hash": {"S": claim.fingerprint},
            "first_response": {"S": json.dumps(response)},
            "expires_at": {"N": str(int((at + RETENTION).timestamp()))},
        },
        # DynamoDB deletes expired rows up to days later; until then they are treated as deleted.
        "ConditionExpression": "attribute_not_exists(expires_at) OR expires_at <= :now",
        "ExpressionAttributeValues": {":now": {"N": str(int(at.timestamp()))}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return {"Put": put}


def first_response(row: Row, claim: Claim) -> Any:
    """Return the response that the row has stored.

    Raises IdempotencyKeyReusedError if it is that to another request.
    """
    if row["request_hash"]["S"] != claim.fingerprint:
        raise IdempotencyKeyReusedError
    return json.loads(row["first_response"]["S"])

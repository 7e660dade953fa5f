"""What the service that keeps keys does: issue, list and revoke them.

Its refusals never repeat what was sent: people paste whole keys into any field.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from serverless_runtime.gatekeeper import log_messages
from serverless_runtime.gatekeeper.api_key import is_key_id, looks_like_key, new_key
from serverless_runtime.gatekeeper.key_rows import KeyRow, KeyRows
from serverless_runtime.gatekeeper.untold import kind_of
from serverless_runtime.service_calls.entry import Call, Refusal
from serverless_runtime.shared.timestamps import to_text

INVALID, UNKNOWN_KEY = "invalid-request", "unknown-key"
"""The codes of its refusals."""

MAX_DAYS = 3_650
_TENANT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_DAY_SECONDS = 86_400

log = logging.getLogger(__name__)


class KeysService:
    """The operations. Their payloads are objects with the fields that `client` sends."""

    def __init__(
        self,
        rows: KeyRows,
        *,
        rights: Sequence[str],
        key_prefix: str,
        decision_holds_seconds: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`rights` are those that a key can have."""
        self._rows = rows
        self._rights = rights
        self._key_prefix = key_prefix
        self._decision_holds_seconds = decision_holds_seconds
        self._clock = clock

    def issue(self, call: Call) -> dict[str, Any]:
        """Make a key, and say it this once. Unsafe: done twice, there are two keys."""
        fields = _fields(call, "tenant", "rights", "expiresInDays")
        tenant, key, now = _tenant(fields), new_key(), int(self._clock())
        days = _days(fields)
        row = KeyRow(
            key_id=key.key_id,
            secret_sha256=key.digest,
            tenant=tenant,
            rights=self._checked_rights(fields),
            issued_at=now,
            expires_at=None if days is None else now + days * _DAY_SECONDS,
        )
        self._rows.add(row)
        log.info(log_messages.ISSUED, extra={"tenant": tenant, "key_id": key.key_id})
        return {"key": key.text(self._key_prefix), **_document(row)}

    def list(self, call: Call) -> dict[str, Any]:
        """Return the tenant's keys without their secrets, oldest first. Safe."""
        rows = self._rows.of_tenant(_tenant(_fields(call, "tenant")))
        oldest_first = sorted(rows, key=lambda row: (row.issued_at, row.key_id))
        return {"keys": [_document(row) for row in oldest_first]}

    def revoke(self, call: Call) -> dict[str, Any]:
        """Let a key in no more, and say until when a decision from before may. Safe: of two
        revocations the first counts."""
        fields = _fields(call, "tenant", "keyId")
        tenant, key_id = _tenant(fields), _key_id(fields)
        row = self._rows.revoke(tenant, key_id, int(self._clock()))
        if row is None:
            raise Refusal(UNKNOWN_KEY, f"this tenant has no key {key_id}")
        log.info(log_messages.REVOKED, extra={"tenant": tenant, "key_id": key_id})
        # From now on and not from when it was revoked: it is stored by now at the latest.
        until = self._clock() + self._decision_holds_seconds
        return {"letInUntil": _text(until), **_document(row)}

    def _checked_rights(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        rights = fields.get("rights")
        known = ", ".join(self._rights)
        if not isinstance(rights, list) or not all(each in self._rights for each in rights):
            raise Refusal(INVALID, f"rights must be a list of {known}, got {kind_of(rights)}")
        return tuple(sorted(set(rights)))


def _fields(call: Call, *known: str) -> Mapping[str, Any]:
    if not isinstance(call.payload, dict) or not set(call.payload) <= set(known):
        raise Refusal(INVALID, f"the payload must be an object with {', '.join(known)}")
    return call.payload


def _tenant(fields: Mapping[str, Any]) -> str:
    tenant = fields.get("tenant")
    if not isinstance(tenant, str) or not re.fullmatch(_TENANT, tenant):
        raise Refusal(
            INVALID,
            "tenant must be 1 to 64 letters, digits and ._- that begin with a letter or digit, "
            f"got {kind_of(tenant)}",
        )
    if looks_like_key(tenant):
        raise Refusal(INVALID, "tenant must name whose the key is, got what looks like a key")
    return tenant


def _key_id(fields: Mapping[str, Any]) -> str:
    key_id = fields.get("keyId")
    if not isinstance(key_id, str) or not is_key_id(key_id):
        raise Refusal(
            INVALID,
            "keyId must be a key's id: give the middle part of the key, 16 characters 0-9a-f; "
            f"got {kind_of(key_id)}",
        )
    return key_id


def _days(fields: Mapping[str, Any]) -> int | None:
    days = fields.get("expiresInDays")
    # Not isinstance: True is an int.
    if days is not None and (type(days) is not int or not 1 <= days <= MAX_DAYS):
        got = kind_of(days)
        raise Refusal(INVALID, f"expiresInDays must be 1 to {MAX_DAYS}, or null, got {got}")
    return days


def _document(row: KeyRow) -> dict[str, Any]:
    return {
        "keyId": row.key_id,
        "tenant": row.tenant,
        "rights": list(row.rights),
        "issuedAt": _text(row.issued_at),
        "expiresAt": None if row.expires_at is None else _text(row.expires_at),
        "revokedAt": None if row.revoked_at is None else _text(row.revoked_at),
    }


def _text(epoch_seconds: float) -> str:
    return to_text(datetime.fromtimestamp(epoch_seconds, UTC))

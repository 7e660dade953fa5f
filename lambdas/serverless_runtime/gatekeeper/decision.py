"""Whether a caller may call a route, by the key that came with the request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from serverless_runtime.gatekeeper import log_messages, metrics
from serverless_runtime.gatekeeper.api_key import ApiKey, read_authorization
from serverless_runtime.gatekeeper.key_rows import KeyRow, KeyRows
from serverless_runtime.shared.metrics import Counter

log = logging.getLogger(__name__)

_HEAD, _GET = "HEAD ", "GET "


class Gatekeeper:
    """Decides. Whatever it cannot find out is an error, and lets nobody in."""

    def __init__(
        self,
        rows: KeyRows,
        *,
        rights: Mapping[str, Sequence[str]],
        key_prefix: str,
        counter: Counter,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`rights` has those of which a key must have one, by route; with none, any key will do."""
        self._rows = rows
        self._rights = rights
        self._key_prefix = key_prefix
        self._counter = counter
        self._clock = clock

    def decide(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return API Gateway's simple response to a request of payload format 2.0.

        Of the request it reads what a decision is cached by, and nothing else.
        """
        header, route = event["identitySource"][0], event["routeKey"]
        key = read_authorization(header, self._key_prefix)
        row = None if key is None else self._rows.find(key.key_id)
        reason = self._objection(route, key, row)
        self._counter.count(metrics.DECISIONS, {})
        if row is None or reason is not None:
            self._log_refusal(route, key, str(reason))
            return {"isAuthorized": False}
        return {"isAuthorized": True, "context": {"tenant": row.tenant, "keyId": row.key_id}}

    def _objection(self, route: str, key: ApiKey | None, row: KeyRow | None) -> str | None:
        """Return what is wrong, or None."""
        if key is None:
            return metrics.MALFORMED
        # Compared first, and without a row, too: only who has the secret learns more of the key
        # than that it is not accepted, by the time that the answer takes or otherwise.
        if not key.has_digest(None if row is None else row.secret_sha256) or row is None:
            return metrics.UNKNOWN
        if row.revoked_at is not None:
            return metrics.REVOKED
        if row.expires_at is not None and row.expires_at <= self._clock():
            return metrics.EXPIRED
        needed = self._needed(route)
        if needed is None or (needed and set(needed).isdisjoint(row.rights)):
            return metrics.NO_RIGHT
        return None

    def _needed(self, route: str) -> Sequence[str] | None:
        """Return the rights for a route; None for one that nobody has rights for."""
        if route.startswith(_HEAD) and route not in self._rights:
            # It tells what GET does, so it is for those who may GET.
            route = _GET + route.removeprefix(_HEAD)
        return self._rights.get(route)

    def _log_refusal(self, route: str, key: ApiKey | None, reason: str) -> None:
        self._counter.count(metrics.REFUSED, {metrics.REASON: reason}, with_total=True)
        fields = {"route": route, "reason": reason, "key_id": key.key_id if key else None}
        log.info(log_messages.REFUSED, extra=fields)

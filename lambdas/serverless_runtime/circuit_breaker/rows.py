"""Circuit breakers in DynamoDB: one row per circuit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from serverless_runtime.circuit_breaker.settings import CIRCUIT, KEY
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import expression_values
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors
from serverless_runtime.shared.masking import storable_reason

CircuitBreakerStatus = Literal["CLOSED", "OPEN", "HALF_OPEN"]
"""CLOSED: calls go through. OPEN: none does. HALF_OPEN: one does, the probe."""


class CircuitBreakerState(NamedTuple):
    """What all instances know about one provider.

    Times are epoch seconds.
    """

    status: CircuitBreakerStatus = "CLOSED"

    failures: int = 0
    """How often in a row the provider has failed."""

    blocked_until: int = 0
    """OPEN: the end of the cool-down. HALF_OPEN: when the probe expires."""

    trips: int = 0
    """How often in a row it has opened; each time makes the next cool-down longer."""

    changed_by: str = ""
    """Owner: who opened it, or holds the probe."""

    changed_at: int | None = None
    """When its status last changed."""

    last_error: str | None = None
    """The reason of the last failure, addresses masked."""

    last_failed_at: int | None = None


RETENTION_SECONDS = 21 * 86_400
"""How long a row is kept that nothing changes."""

_CLOSED, _OPEN, _HALF_OPEN = "CLOSED", "OPEN", "HALF_OPEN"

_NEW_STATUS = "#status = :status, changed_at = :now, expires_at = :expires_at"
_FAILED = "last_error = :error, last_failed_at = :now"
_PROBED = "#status = :half_open AND changed_by = :owner"
_RELEASED = "REMOVE blocked_until, changed_by"


class DynamoCircuitBreakerStore:
    """Every write is conditional and returns the state after it: its own, or the one that made the
    condition fail. A row that has expired, weeks later, means CLOSED."""

    def __init__(
        self, table_name: str, client: Any = None, *, key: Mapping[str, str] = KEY
    ) -> None:
        """`key` is that of a row, with CIRCUIT in place of the circuit's name."""
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")
        self._key = key

    def read(self, circuit: str, *, consistent: bool = False) -> CircuitBreakerState:
        """Return the state; the read may be stale, as only conditional writes decide."""
        response = self._client.get_item(
            TableName=self._table_name,
            Key=self._key_of(circuit),
            **({"ConsistentRead": True} if consistent else {}),
        )
        return state_of(response.get("Item"))

    def count_failure(self, circuit: str, reason: str, now: int) -> CircuitBreakerState:
        """Count one more failure while CLOSED. A retry after a lost response counts twice."""
        return self._update(
            circuit,
            now,
            "SET #status = :status, changed_at = if_not_exists(changed_at, :now),"
            f" failures = if_not_exists(failures, :none) + :one, {_FAILED},"
            " expires_at = :expires_at",
            "attribute_not_exists(#status) OR #status = :status",
            status=_CLOSED,
            none=0,
            one=1,
            error=storable_reason(reason),
        )

    def reset_failures(self, circuit: str, now: int) -> CircuitBreakerState:
        """Set the failures to 0 while CLOSED."""
        changes = "SET failures = :none, expires_at = :expires_at"
        return self._update(circuit, now, changes, "#status = :status", none=0, status=_CLOSED)

    def open(
        self, circuit: str, owner: str, *, failures: int, until: int, now: int
    ) -> CircuitBreakerState:
        """Open while CLOSED with at least `failures` failures."""
        return self._update(
            circuit,
            now,
            f"SET {_NEW_STATUS}, blocked_until = :until, changed_by = :owner, trips = :one",
            "#status = :closed AND failures >= :failures",
            status=_OPEN,
            closed=_CLOSED,
            failures=failures,
            until=until,
            owner=owner,
            one=1,
        )

    def acquire_probe(
        self, circuit: str, owner: str, *, until: int, now: int
    ) -> CircuitBreakerState:
        """Make it HALF_OPEN for the owner's probe, once its cool-down or probe has expired."""
        return self._update(
            circuit,
            now,
            f"SET {_NEW_STATUS}, blocked_until = :until, changed_by = :owner",
            "#status <> :closed AND blocked_until <= :now",
            status=_HALF_OPEN,
            closed=_CLOSED,
            until=until,
            owner=owner,
        )

    def reopen(
        self, circuit: str, owner: str, reason: str, *, until: int, now: int
    ) -> CircuitBreakerState:
        """Open after the owner's probe has failed."""
        return self._update(
            circuit,
            now,
            f"SET {_NEW_STATUS}, blocked_until = :until, trips = trips + :one,"
            f" failures = failures + :one, {_FAILED}",
            _PROBED,
            status=_OPEN,
            half_open=_HALF_OPEN,
            until=until,
            owner=owner,
            error=storable_reason(reason),
            one=1,
        )

    def close(self, circuit: str, owner: str | None, now: int) -> CircuitBreakerState:
        """Close after the owner's probe has succeeded; without an owner, in any state."""
        changes = f"SET {_NEW_STATUS}, failures = :none, trips = :none {_RELEASED}"
        if owner is None:
            condition, probe = "attribute_exists(#status)", {}
        else:
            condition, probe = _PROBED, {"half_open": _HALF_OPEN, "owner": owner}
        return self._update(circuit, now, changes, condition, status=_CLOSED, none=0, **probe)

    def _update(
        self, circuit: str, now: int, changes: str, condition: str, **values: str | int
    ) -> CircuitBreakerState:
        times = {"now": now, "expires_at": now + RETENTION_SECONDS}
        # DynamoDB rejects values that no expression uses.
        values |= {name: value for name, value in times.items() if f":{name}" in changes}
        try:
            response = self._client.update_item(
                TableName=self._table_name,
                Key=self._key_of(circuit),
                UpdateExpression=changes,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=expression_values(**values),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except service_errors() as error:
            if not is_condition_failure(error):
                raise
            # No row, another's write, or our own, whose response was lost: the row shows which.
            return state_of(error.response.get("Item"))
        return state_of(response["Attributes"])

    def _key_of(self, circuit: str) -> dict[str, Any]:
        return {name: {"S": text.replace(CIRCUIT, circuit)} for name, text in self._key.items()}


def state_of(row: dict[str, Any] | None) -> CircuitBreakerState:
    """Read a row; no row means a provider that has not failed recently."""
    if row is None:
        return CircuitBreakerState()
    return CircuitBreakerState(
        status=row["status"]["S"],
        failures=_number(row, "failures") or 0,
        blocked_until=_number(row, "blocked_until") or 0,
        trips=_number(row, "trips") or 0,
        changed_by=row.get("changed_by", {}).get("S", ""),
        changed_at=_number(row, "changed_at"),
        last_error=row.get("last_error", {}).get("S"),
        last_failed_at=_number(row, "last_failed_at"),
    )


def _number(row: dict[str, Any], name: str) -> int | None:
    return int(row[name]["N"]) if name in row else None

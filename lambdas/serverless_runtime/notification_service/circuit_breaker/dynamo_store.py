"""Circuit breakers in the deliveries table: one row per channel, beside the deliveries."""

from __future__ import annotations

from typing import Any

from serverless_runtime.notification_service.circuit_breaker.state import CircuitBreakerState
from serverless_runtime.notification_service.deliveries_table import (
    RETENTION_SECONDS,
    storable_reason,
)
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import error_code, service_errors

PARTITION = "circuit-breakers"
"""In place of an event id. The channel's name in the sort key is prefixed with #, which no
channel of a delivery has: an event with this id does no harm."""

_CLOSED, _OPEN, _HALF_OPEN = "CLOSED", "OPEN", "HALF_OPEN"

_NEW_STATUS = "#status = :status, changed_at = :now, expires_at = :expires_at"
_FAILED = "last_error = :error, last_failed_at = :now"
_RELEASED = "REMOVE blocked_until, changed_by"


class DynamoCircuitBreakerStore:
    """Fulfils `CircuitBreakerStore`. A row that has expired, weeks later, means CLOSED."""

    def __init__(self, table_name: str, client: Any = None) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")

    def read(self, channel: str) -> CircuitBreakerState:
        """Return the state; the read may be stale, as only conditional writes decide."""
        response = self._client.get_item(TableName=self._table_name, Key=_key(channel))
        return state_of(response.get("Item"))

    def count_failure(self, channel: str, reason: str, now: int) -> CircuitBreakerState:
        """Count one more failure while CLOSED. A retry after a lost response counts twice."""
        return self._update(
            channel,
            now,
            "SET #status = :status, changed_at = if_not_exists(changed_at, :now),"
            f" failures = if_not_exists(failures, :none) + :one, {_FAILED},"
            " expires_at = :expires_at",
            "attribute_not_exists(event_id) OR #status = :status",
            {
                ":status": {"S": _CLOSED},
                ":none": {"N": "0"},
                ":one": {"N": "1"},
                ":error": {"S": storable_reason(reason)},
            },
        )

    def reset_failures(self, channel: str, now: int) -> CircuitBreakerState:
        """Set the failures to 0 while CLOSED."""
        return self._update(
            channel,
            now,
            "SET failures = :none, expires_at = :expires_at",
            "#status = :status",
            {":none": {"N": "0"}, ":status": {"S": _CLOSED}},
        )

    def open(
        self, channel: str, owner: str, *, failures: int, until: int, now: int
    ) -> CircuitBreakerState:
        """Open while CLOSED with at least `failures` failures."""
        return self._update(
            channel,
            now,
            f"SET {_NEW_STATUS}, blocked_until = :until, changed_by = :owner, trips = :one",
            "#status = :closed AND failures >= :failures",
            {
                ":status": {"S": _OPEN},
                ":closed": {"S": _CLOSED},
                ":failures": {"N": str(failures)},
                ":until": {"N": str(until)},
                ":owner": {"S": owner},
                ":one": {"N": "1"},
            },
        )

    def acquire_probe(
        self, channel: str, owner: str, *, until: int, now: int
    ) -> CircuitBreakerState:
        """Make it HALF_OPEN for the owner's probe, once its cool-down or probe has expired."""
        return self._update(
            channel,
            now,
            f"SET {_NEW_STATUS}, blocked_until = :until, changed_by = :owner",
            "#status <> :closed AND blocked_until <= :now",
            {
                ":status": {"S": _HALF_OPEN},
                ":closed": {"S": _CLOSED},
                ":until": {"N": str(until)},
                ":owner": {"S": owner},
            },
        )

    def reopen(
        self, channel: str, owner: str, reason: str, *, until: int, now: int
    ) -> CircuitBreakerState:
        """Open after the owner's probe has failed."""
        return self._update(
            channel,
            now,
            f"SET {_NEW_STATUS}, blocked_until = :until, trips = trips + :one,"
            f" failures = failures + :one, {_FAILED}",
            "#status = :half_open AND changed_by = :owner",
            {
                ":status": {"S": _OPEN},
                ":half_open": {"S": _HALF_OPEN},
                ":until": {"N": str(until)},
                ":owner": {"S": owner},
                ":error": {"S": storable_reason(reason)},
                ":one": {"N": "1"},
            },
        )

    def close(self, channel: str, owner: str | None, now: int) -> CircuitBreakerState:
        """Close after the owner's probe has succeeded; without an owner, in any state."""
        values = {":status": {"S": _CLOSED}, ":none": {"N": "0"}}
        condition = "attribute_exists(event_id)"
        if owner is not None:
            condition = "#status = :half_open AND changed_by = :owner"
            values |= {":half_open": {"S": _HALF_OPEN}, ":owner": {"S": owner}}
        return self._update(
            channel,
            now,
            f"SET {_NEW_STATUS}, failures = :none, trips = :none {_RELEASED}",
            condition,
            values,
        )

    def _update(
        self, channel: str, now: int, changes: str, condition: str, values: dict[str, Any]
    ) -> CircuitBreakerState:
        times = {":now": {"N": str(now)}, ":expires_at": {"N": str(now + RETENTION_SECONDS)}}
        try:
            response = self._client.update_item(
                TableName=self._table_name,
                Key=_key(channel),
                UpdateExpression=changes,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status"},
                # DynamoDB rejects values that no expression uses.
                ExpressionAttributeValues={
                    **values,
                    **{name: value for name, value in times.items() if name in changes},
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except service_errors() as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            # No row, another's write, or our own, whose response was lost: the row shows which.
            return state_of(error.response.get("Item"))
        return state_of(response["Attributes"])


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


def _key(channel: str) -> dict[str, Any]:
    return {"event_id": {"S": PARTITION}, "channel": {"S": f"#{channel}"}}

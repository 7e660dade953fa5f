"""Leases: who does the work of an event, and the record of how it ended.

One row in DynamoDB per event and part of the work, never the event itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from serverless_runtime.once.rows import RETENTION_SECONDS
from serverless_runtime.once.settings import LEASE_SECONDS, Guarantee
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import expression_values
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors
from serverless_runtime.shared.masking import storable_reason

Found = Literal["acquired", "unknown", "done", "given_up", "superseded", "ran_out"]
"""What an attempt finds when it starts.

acquired: the lease is ours, do the work. unknown: the lease is ours, but an earlier one expired and
the work must not be done again. done: a duplicate. given_up: so is the work, and this event is no
replay of it. superseded: a newer replay of the event has acquired the lease. ran_out: an attempt
began and never ended, and this one does not take over.
"""


class InProgressError(Exception):
    """Another attempt works on this event; a retry finds out how that ended."""


class Lease(NamedTuple):
    """Allows one attempt to do one part of the work of one event."""

    event_id: str
    part: str
    owner: str


class Start(NamedTuple):
    """What an attempt has found, and how an earlier one has ended."""

    found: Found
    result: str | None = None
    """done: what was recorded."""

    error: str | None = None
    """given_up: the reason."""


IN_PROGRESS, COMPLETED, GIVEN_UP = "IN_PROGRESS", "COMPLETED", "GIVEN_UP"
WAITING = "WAITING"
"""Failed, and nothing was done as far as is known: a retry or a replay may start."""

_ACQUIRE = (
    "SET #status = :in_progress, lease_owner = :owner, lease_until = :until, replays = :replays,"
    " expires_at = :expires_at, updated_at = :now,"
    " started_at = if_not_exists(started_at, :now),"
    " attempts = if_not_exists(attempts, :none) + :attempt"
)
_FAILED = "#status = :status, #error = :error"
_NAMES = {"#status": "status"}


class Leases:
    """One record per event and part. Only the owner of its lease changes it.

    Times are epoch seconds; `expires_at` is the table's TTL attribute.
    """

    def __init__(
        self,
        table_name: str,
        client: Any = None,
        clock: Callable[[], float] = time.time,
        *,
        lease_seconds: int = LEASE_SECONDS,
    ) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")
        self._clock = clock
        self._lease_seconds = lease_seconds

    def start(
        self,
        lease: Lease,
        *,
        replays: int,
        guarantee: Guarantee,
        details: Mapping[str, str],
        takes_over: bool = True,
    ) -> Start:
        """Acquire the lease if it is free, and return what this attempt has to do.

        `replays` is the event's. `details` are recorded for people, each as an attribute. Without
        `takes_over` a lease that ran out is left alone. Raises InProgressError while another
        owner's lease is valid.
        """
        free = "attribute_not_exists(event_id) OR #status = :waiting"
        replayed = "(#status = :given_up AND replays < :replays)"
        expired = "#status = :in_progress AND lease_until < :now"
        if guarantee == "at_most_once":
            expired += " AND replays < :replays"
        now = int(self._clock())
        values = self._values(lease, replays, now)
        row = self._acquire(
            lease,
            f"{free} OR {replayed} OR ({expired})" if takes_over else f"{free} OR {replayed}",
            {**values, "attempt": 1, "waiting": WAITING, "given_up": GIVEN_UP},
            details,
        )
        if row is None:
            return Start(found="acquired")
        if (ended := _ended(row, replays)) is not None:
            return ended
        if (until := int(row["lease_until"]["N"])) >= now:
            raise InProgressError(
                f"another attempt holds the lease of this event until {until} (epoch seconds)"
            )
        if not takes_over:
            return Start(found="ran_out")
        # The lease has expired, but must not be taken over: the work is done at most once.
        if replays < int(row["replays"]["N"]):
            return Start(found="superseded")
        self._acquire_unknown(lease, values, row["lease_owner"]["S"], details)
        return Start(found="unknown")

    def _acquire_unknown(
        self,
        lease: Lease,
        values: dict[str, str | int],
        last_owner: str,
        details: Mapping[str, str],
    ) -> None:
        """Take over an expired lease in order to give the work up; only one attempt can."""
        same = "#status = :in_progress AND lease_owner = :last_owner"
        # Nothing will be done, so this does not count as an attempt.
        values = {**values, "last_owner": last_owner, "attempt": 0}
        if self._acquire(lease, same, values, details) is not None:
            raise InProgressError("another attempt has just taken over the lease of this event")

    def _acquire(
        self,
        lease: Lease,
        condition: str,
        values: dict[str, str | int],
        details: Mapping[str, str],
    ) -> dict[str, Any] | None:
        """Write our lease; return None if it is ours now, and if not, the row that prevented it."""
        described = "".join(f", #{name} = :{name}" for name in details)
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key=_key(lease),
                UpdateExpression=f"{_ACQUIRE}{described} REMOVE given_up_at",
                ConditionExpression=condition,
                ExpressionAttributeNames={**_NAMES, **{f"#{name}": name for name in details}},
                ExpressionAttributeValues=expression_values(**values, **details),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except service_errors() as error:
            if not is_condition_failure(error):
                raise
            row: dict[str, Any] = error.response["Item"]
            # Our own first write, whose response was lost.
            return None if row["lease_owner"]["S"] == lease.owner else row
        return None

    def complete(self, lease: Lease, result: str | None) -> bool:
        """Record that the work is done, and its result; return False, and change nothing, if the
        lease was taken over."""
        changes, values = "#status = :status, completed_at = :now", {"status": COMPLETED}
        if result is None:
            return self._end(lease, changes, _NAMES, **values)
        names = {**_NAMES, "#result": "result"}
        return self._end(lease, f"{changes}, #result = :result", names, **values, result=result)

    def give_up(self, lease: Lease, reason: str) -> bool:
        """Leave the work to a person; return False, and change nothing, if taken over."""
        return self._end_failed(lease, f"{_FAILED}, given_up_at = :now", GIVEN_UP, reason)

    def release(self, lease: Lease, reason: str) -> bool:
        """Release the lease for a retry; return False, and change nothing, if taken over.

        `reason` is why nothing was done, or is not known to have been.
        """
        return self._end_failed(lease, _FAILED, WAITING, reason)

    def _end_failed(self, lease: Lease, changes: str, status: str, reason: str) -> bool:
        error = storable_reason(reason)
        return self._end(lease, changes, {**_NAMES, "#error": "error"}, status=status, error=error)

    def _end(self, lease: Lease, changes: str, names: dict[str, str], **values: str) -> bool:
        # The owner stays in the row when the lease ends: a write that is retried after a lost
        # response finds its own owner and succeeds again.
        now = int(self._clock())
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key=_key(lease),
                UpdateExpression=(
                    f"SET {changes}, updated_at = :now, expires_at = :expires_at REMOVE lease_until"
                ),
                ConditionExpression="lease_owner = :owner",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=expression_values(
                    owner=lease.owner, now=now, expires_at=now + RETENTION_SECONDS, **values
                ),
            )
        except service_errors() as error:
            if not is_condition_failure(error):
                raise
            return False
        return True

    def _values(self, lease: Lease, replays: int, now: int) -> dict[str, str | int]:
        return {
            "in_progress": IN_PROGRESS,
            "owner": lease.owner,
            "until": now + self._lease_seconds,
            "replays": replays,
            "expires_at": now + RETENTION_SECONDS,
            "now": now,
            "none": 0,
        }


def _ended(row: dict[str, Any], replays: int) -> Start | None:
    """Return how the work ended; None while it is in progress."""
    status = row["status"]["S"]
    if status == COMPLETED:
        return Start(found="done", result=row.get("result", {}).get("S"))
    if status != GIVEN_UP:
        return None
    if replays < int(row["replays"]["N"]):
        return Start(found="superseded")
    return Start(found="given_up", error=row["error"]["S"])


def _key(lease: Lease) -> dict[str, Any]:
    return {"event_id": {"S": lease.event_id}, "part": {"S": lease.part}}

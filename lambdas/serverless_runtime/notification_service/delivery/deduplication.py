"""The leases under which attempts deliver, and the record of how each delivery ended.

One row in DynamoDB per event and channel, never the text that was sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.delivery.table_rows import (
    RETENTION_SECONDS,
    storable_reason,
)
from serverless_runtime.notification_service.settings.channel import Guarantee
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import expression_values
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors

StartResult = Literal["acquired", "unknown", "delivered", "dead_lettered"]
"""What an attempt finds when it starts.

acquired: the lease is ours, send. unknown: the lease is ours, but an earlier one expired and the
channel must not send again. delivered: a duplicate. dead_lettered: a dead letter exists and this
event is no replay of it, or a newer replay is in progress.
"""


class DeliveryInProgressError(Exception):
    """Another attempt is delivering this event; a retry finds out how that ended."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Allows one attempt to deliver one event on one channel."""

    event_id: str
    channel: str
    owner: str


LEASE_SECONDS = 60
"""More than the function's timeout of 45 s: a lease outlasts its attempt. Less than the timeout
plus Lambda's first retry delay of 60 s: the retry after a killed attempt finds it expired."""

IN_PROGRESS, COMPLETED, DEAD_LETTERED = "IN_PROGRESS", "COMPLETED", "DEAD_LETTERED"
WAITING = "WAITING"
"""Failed, and nothing was sent as far as is known: a retry or a replay may start."""

_ACQUIRE = (
    "SET #status = :in_progress, lease_owner = :owner, lease_until = :until, replays = :replays,"
    " task_id = :task_id, event_type = :event_type, correlation_id = :correlation_id,"
    " recipient = :recipient, expires_at = :expires_at, updated_at = :now,"
    " started_at = if_not_exists(started_at, :now),"
    " attempts = if_not_exists(attempts, :none) + :attempt"
    " REMOVE dead_lettered_at"
)
_FAILED = "#status = :status, #error = :error"
_NAMES = {"#status": "status"}


class DeliveryLeases:
    """One record per event and channel. Only the owner of its lease changes it.

    Times are epoch seconds; `expires_at` is the table's TTL attribute.
    """

    def __init__(
        self,
        table_name: str,
        client: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")
        self._clock = clock

    def start(
        self, event: TaskEvent, lease: Lease, guarantee: Guarantee, recipient: str
    ) -> StartResult:
        """Acquire the lease if it is free, and return what this attempt has to do.

        `recipient` is recorded for people, masked. Raises DeliveryInProgressError while another
        owner's lease is valid.
        """
        free = "attribute_not_exists(event_id) OR #status = :waiting"
        replayed = "(#status = :dead_lettered AND replays < :replays)"
        expired = "#status = :in_progress AND lease_until < :now"
        if guarantee == "at_most_once":
            expired += " AND replays < :replays"
        now = int(self._clock())
        values = _values(event, lease, recipient, now)
        row = self._acquire(
            lease,
            f"{free} OR {replayed} OR ({expired})",
            {**values, "attempt": 1, "waiting": WAITING, "dead_lettered": DEAD_LETTERED},
        )
        if row is None:
            return "acquired"
        status, replays = row["status"]["S"], int(row["replays"]["N"])
        if status == COMPLETED:
            return "delivered"
        if status == DEAD_LETTERED:
            return "dead_lettered"
        if (until := int(row["lease_until"]["N"])) >= now:
            raise DeliveryInProgressError(
                f"another attempt holds the lease of this event until {until} (epoch seconds)"
            )
        # The lease has expired, but must not be taken over: the channel sends at most once.
        if event.replays < replays:
            return "dead_lettered"
        return self._acquire_unknown(lease, values, row["lease_owner"]["S"])

    def _acquire_unknown(
        self, lease: Lease, values: dict[str, str | int], last_owner: str
    ) -> StartResult:
        """Take over an expired lease in order to dead-letter the event; only one attempt can."""
        same = "#status = :in_progress AND lease_owner = :last_owner"
        # Nothing will be sent, so this does not count as an attempt.
        values = {**values, "last_owner": last_owner, "attempt": 0}
        if self._acquire(lease, same, values) is not None:
            raise DeliveryInProgressError(
                "another attempt has just taken over the lease of this event"
            )
        return "unknown"

    def _acquire(
        self, lease: Lease, condition: str, values: dict[str, str | int]
    ) -> dict[str, Any] | None:
        """Write our lease; return None if it is ours now, and if not, the row that prevented it."""
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key=_key(lease),
                UpdateExpression=_ACQUIRE,
                ConditionExpression=condition,
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=expression_values(**values),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except service_errors() as error:
            if not is_condition_failure(error):
                raise
            row: dict[str, Any] = error.response["Item"]
            # Our own first write, whose response was lost.
            return None if row["lease_owner"]["S"] == lease.owner else row
        return None

    def complete(self, lease: Lease, provider_id: str) -> bool:
        """Record the delivery; return False, and change nothing, if the lease was taken over."""
        changes = "#status = :status, provider_id = :provider_id, completed_at = :now"
        return self._end(lease, changes, _NAMES, status=COMPLETED, provider_id=provider_id)

    def dead_letter(self, lease: Lease, reason: str) -> bool:
        """Record that a dead letter exists; return False, and change nothing, if taken over."""
        changes = f"{_FAILED}, dead_lettered_at = :now"
        return self._end_failed(lease, changes, DEAD_LETTERED, reason)

    def release(self, lease: Lease, reason: str) -> bool:
        """Release the lease for a retry; return False, and change nothing, if taken over.

        `reason` is why nothing was sent, or is not known to have been.
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


def _key(lease: Lease) -> dict[str, Any]:
    return {"event_id": {"S": lease.event_id}, "channel": {"S": lease.channel}}


def _values(event: TaskEvent, lease: Lease, recipient: str, now: int) -> dict[str, str | int]:
    return {
        "in_progress": IN_PROGRESS,
        "owner": lease.owner,
        "until": now + LEASE_SECONDS,
        "replays": event.replays,
        "task_id": event.task.task_id,
        "event_type": event.event_type,
        "correlation_id": event.correlation_id,
        "recipient": recipient,
        "expires_at": now + RETENTION_SECONDS,
        "now": now,
        "none": 0,
    }
